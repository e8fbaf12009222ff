//! What is done to jobs and printers.

use std::time::Duration;

use connect_api::models::ActionStatusDetails;
use connect_stand_in::farm::{ChangeKind, Farm};

use super::{HOUR, MINUTE, SECOND, Site, refusal, refused};

#[tokio::test]
async fn an_action_takes_its_time() {
    let site = Site::new(Farm::with_size(1, 1).tick(Duration::ZERO)).await;
    let cluster = site.cluster().await;
    let job = site.print(&cluster).await;
    site.farm.advance(10 * MINUTE);

    let action = site.client.send_print_job_action(&cluster, &job, "pause").send().await;
    let action = action.expect("an action");
    let mut states = vec![action.status.to_string()];

    for _ in 0..5 {
        site.farm.advance(SECOND);
        let now = site.client.get_action_status(&cluster, &action.action_id).send().await;
        states.push(now.expect("an action").status.to_string());
    }

    assert_eq!(states, ["pending", "sent", "sent", "success", "success", "success"]);
    let unknown = site.client.get_action_status(&cluster, &job).send().await;
    assert_eq!(refusal(unknown.expect_err("a refusal")), refused(404, "recordNotFound"));
}

#[tokio::test]
async fn a_print_is_paused_resumed_and_aborted() {
    let site = Site::new(Farm::with_size(1, 1)).await;
    let cluster = site.cluster().await;
    let job = site.print(&cluster).await;

    assert_eq!(site.act(&cluster, &job, "pause").await, "failed", "it does not print yet");
    site.farm.advance(30 * MINUTE);
    assert_eq!(site.act(&cluster, &job, "pause").await, "success");
    assert_eq!(site.status(&cluster, &job).await, "pausing");

    site.farm.advance(5 * SECOND);
    let paused = site.job(&cluster, &job).await;
    site.farm.advance(2 * HOUR);

    let later = site.job(&cluster, &job).await;
    assert_eq!((later.status.as_str(), later.time_elapsed), ("paused", paused.time_elapsed));
    assert_eq!(site.act(&cluster, &job, "resume").await, "success");

    site.farm.advance(10 * MINUTE);
    let going_on = site.job(&cluster, &job).await;
    assert_eq!(going_on.status.as_str(), "printing");
    assert!(going_on.time_elapsed > paused.time_elapsed);
    assert_eq!(site.act(&cluster, &job, "abort").await, "success");

    let aborted = site.job(&cluster, &job).await;
    assert_eq!(aborted.status.as_str(), "wait_cleanup");
    assert!(aborted.time_remaining > 0, "that is how it is told from a print that ended well");

    site.farm.advance(HOUR);
    assert_eq!(site.status(&cluster, &job).await, "aborted");
    assert_eq!(site.act(&cluster, &job, "abort").await, "failed", "it is over");

    assert_eq!(
        site.changes_of(&job),
        [
            ChangeKind::JobQueued,
            ChangeKind::JobStarted,
            ChangeKind::JobPaused,
            ChangeKind::JobResumed,
            ChangeKind::JobAborted,
            ChangeKind::JobCleared,
        ]
    );
}

#[tokio::test]
async fn a_pause_costs_its_own_time_and_no_more() {
    let site = Site::new(Farm::with_size(1, 1).tick(Duration::ZERO)).await;
    let cluster = site.cluster().await;
    let job = site.print(&cluster).await;
    site.farm.advance(40 * MINUTE);

    assert_eq!(site.act(&cluster, &job, "pause").await, "success");
    site.farm.advance(HOUR);
    assert_eq!(site.act(&cluster, &job, "resume").await, "success");

    let remaining = site.job(&cluster, &job).await.time_remaining;
    let remaining = u32::try_from(remaining).expect("a time");
    assert!((1200..1500).contains(&remaining), "{remaining}");

    site.farm.advance(SECOND * remaining);
    assert_eq!(site.status(&cluster, &job).await, "printing", "it had to start again first");

    site.farm.advance(5 * SECOND);
    assert_eq!(site.status(&cluster, &job).await, "post_print");
}

#[tokio::test]
async fn an_action_fails_whose_printer_is_lost_on_the_way() {
    let site = Site::new(Farm::with_size(1, 1)).await;
    let cluster = site.cluster().await;
    let printer = site.printer_ids(&cluster).await.swap_remove(0);
    let request = site.client.send_printer_action(&cluster, &printer, "rename").name("Zoë");
    let action = request.send().await.expect("an action");

    site.farm.set_printer_online(&cluster, &printer, false);
    assert_eq!(site.outcome(&cluster, &action.action_id).await, "failed");
}

#[tokio::test]
async fn a_queue_is_moved_copied_and_cleared() {
    let site = Site::new(Farm::with_size(1, 1)).await;
    let cluster = site.cluster().await;

    let queue = async || {
        let status = site.client.get_cluster_status(&cluster).send().await.expect("a status");
        let jobs = status.print_jobs.expect("jobs").into_iter();
        let waiting = jobs.filter(|job| job.status.as_str() == "queued");
        waiting.map(|job| job.uuid).collect::<Vec<_>>()
    };
    let mut jobs = Vec::new();
    for _ in 0..4 {
        jobs.push(site.print(&cluster).await);
    }

    assert_eq!(queue().await, jobs[1..]);
    let request = site.client.send_print_job_action(&cluster, &jobs[3], "move");
    let action = request.list("queued").to_position(0).send().await.expect("an action");
    assert_eq!(site.outcome(&cluster, &action.action_id).await, "success");
    assert_eq!(queue().await, [&*jobs[3], &*jobs[1], &*jobs[2]]);

    let request = site.client.send_print_job_action(&cluster, &jobs[1], "duplicate");
    let action = request.quantity(3).send().await.expect("an action");
    assert_eq!(site.outcome(&cluster, &action.action_id).await, "success");

    let copied = queue().await;
    assert_eq!(
        (copied.len(), &copied[..3]),
        (6, &[&*jobs[3], &*jobs[1], &*jobs[2]].map(str::to_owned)[..])
    );

    // The original and its copies are made of the same file, the others of their own.
    let request = site.client.send_print_job_action(&cluster, &jobs[1], "abort");
    let action = request.quantity(3).send().await.expect("an action");
    assert_eq!(site.outcome(&cluster, &action.action_id).await, "success");
    assert_eq!(queue().await, [&*jobs[3], &*jobs[2], &*copied[5]]);
    assert_eq!(site.act(&cluster, &jobs[3], "remove").await, "success");
    assert_eq!(queue().await, [&*jobs[2], &*copied[5]]);
    assert_eq!(site.job(&cluster, &jobs[3]).await.state.as_str(), "deleted");
    assert_eq!(site.act(&cluster, &jobs[0], "remove").await, "failed", "it is on the printer");
}

#[tokio::test]
async fn an_action_that_nobody_knows_fails() {
    let site = Site::new(Farm::with_size(1, 1)).await;
    let cluster = site.cluster().await;
    let job = site.print(&cluster).await;

    assert_eq!(site.act(&cluster, &job, "levitate").await, "failed");
    let unknown = site.client.send_print_job_action(&cluster, &cluster, "pause").send().await;
    assert_eq!(refusal(unknown.expect_err("a refusal")), refused(404, "recordNotFound"));
}

#[tokio::test]
async fn a_printer_is_renamed_photographed_and_set_aside() {
    let site = Site::new(Farm::with_size(1, 1)).await;
    let cluster = site.cluster().await;
    let printer = site.printer_ids(&cluster).await.swap_remove(0);
    let request = site.client.send_printer_action(&cluster, &printer, "rename").name("Zoë");
    let action = request.send().await.expect("an action");

    assert_eq!(site.outcome(&cluster, &action.action_id).await, "success");
    let renamed = site.client.get_cluster(&cluster).send().await.expect("a cluster");
    assert_eq!(renamed.friendly_name.as_deref(), Some("Zoë"));

    let request = site.client.send_printer_action(&cluster, &printer, "get_webcam_snapshot");
    let action = request.send().await.expect("an action");
    site.farm.advance(5 * SECOND);

    let action = site.client.get_action_status(&cluster, action.action_id).send().await;
    let details = action.expect("an action").status_details.expect("details");
    let ActionStatusDetails::WebcamSnapshotStatus { value: picture, .. } = details else {
        panic!("{details:?}");
    };
    let picture = reqwest::get(picture.image_url).await.expect("an answer");

    assert_eq!(picture.headers()["content-type"], "image/png");
    assert!(picture.bytes().await.expect("a picture").starts_with(b"\x89PNG"));

    let request = site.client.send_printer_action(&cluster, &printer, "set_availability");
    let action = request.enabled(false).send().await.expect("an action");
    assert_eq!(site.outcome(&cluster, &action.action_id).await, "success");

    let job = site.print(&cluster).await;
    site.farm.advance(HOUR);
    assert_eq!(site.status(&cluster, &job).await, "queued");
}

#[tokio::test]
async fn an_update_of_the_firmware_waits_for_the_print_and_keeps_the_printer_busy() {
    let site = Site::new(Farm::with_size(1, 1)).await;
    let cluster = site.cluster().await;
    let printer = site.printer_ids(&cluster).await.swap_remove(0);
    let (first, second) = (site.print(&cluster).await, site.print(&cluster).await);

    let update = async |scheduled| {
        let request = site.client.send_printer_action(&cluster, &printer, "update_firmware");
        let action = request.schedule_update(scheduled).send().await.expect("an action");
        site.outcome(&cluster, &action.action_id).await
    };

    let seen = async || {
        let printer = site.printers(&cluster).await.swap_remove(0);
        let update = printer.firmware_update_status.expect("a status").to_string();
        (update, printer.status.expect("a status").to_string())
    };
    let pair = |update: &str, status: &str| (update.to_owned(), status.to_owned());
    assert_eq!(update(true).await, "success");
    assert_eq!(update(false).await, "success");
    assert_eq!(seen().await, pair("update_available", "pre_print"));
    assert_eq!(update(true).await, "success");
    assert_eq!(seen().await, pair("pending_update", "pre_print"));

    site.farm.advance(HOUR + 10 * MINUTE);
    assert_eq!(site.status(&cluster, &first).await, "finished");
    assert_eq!(seen().await, pair("update_in_progress", "maintenance"));
    assert_eq!(site.status(&cluster, &second).await, "queued");

    site.farm.advance(15 * MINUTE);
    assert_eq!(seen().await, pair("up_to_date", "printing"));
    assert_eq!(update(true).await, "failed", "there is nothing newer");
}
