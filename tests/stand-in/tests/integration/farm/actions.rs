//! Actions on jobs and printers.

use std::time::Duration;

use connect_api::models::ActionStatusDetails;
use connect_stand_in::farm::{ChangeKind, Farm};

use super::{HOUR, MINUTE, SECOND, TestFarm, api_error, status_and_code};

#[tokio::test]
async fn action_is_pending_then_sent_then_successful() {
    let farm = TestFarm::new(Farm::with_size(1, 1).tick(Duration::ZERO)).await;
    let cluster = farm.cluster().await;
    let job = farm.print(&cluster).await;
    farm.stand_in.advance(10 * MINUTE);

    let action = farm.client.send_print_job_action(&cluster, &job, "pause").send().await;
    let action = action.expect("an action");
    let mut statuses = vec![action.status.to_string()];
    for _ in 0..5 {
        farm.stand_in.advance(SECOND);
        let action = farm.client.get_action_status(&cluster, &action.action_id).send().await;
        statuses.push(action.expect("an action").status.to_string());
    }

    assert_eq!(statuses, ["pending", "sent", "sent", "success", "success", "success"]);

    let unknown = farm.client.get_action_status(&cluster, &job).send().await;
    assert_eq!(status_and_code(unknown.expect_err("an error")), api_error(404, "recordNotFound"));
}

#[tokio::test]
async fn print_is_paused_resumed_and_aborted() {
    let farm = TestFarm::new(Farm::with_size(1, 1)).await;
    let cluster = farm.cluster().await;
    let job = farm.print(&cluster).await;

    let premature = farm.run_job_action(&cluster, &job, "pause").await;
    assert_eq!(premature, "failed", "the print has not started");

    farm.stand_in.advance(30 * MINUTE);
    assert_eq!(farm.run_job_action(&cluster, &job, "pause").await, "success");
    assert_eq!(farm.job_status(&cluster, &job).await, "pausing");

    farm.stand_in.advance(5 * SECOND);
    let paused = farm.job(&cluster, &job).await;
    farm.stand_in.advance(2 * HOUR);
    let later = farm.job(&cluster, &job).await;
    assert_eq!((later.status.as_str(), later.time_elapsed), ("paused", paused.time_elapsed));

    assert_eq!(farm.run_job_action(&cluster, &job, "resume").await, "success");
    farm.stand_in.advance(10 * MINUTE);
    let resumed = farm.job(&cluster, &job).await;
    assert_eq!(resumed.status.as_str(), "printing");
    assert!(resumed.time_elapsed > paused.time_elapsed);

    assert_eq!(farm.run_job_action(&cluster, &job, "abort").await, "success");
    let aborted = farm.job(&cluster, &job).await;
    assert_eq!(aborted.status.as_str(), "wait_cleanup");
    // The remaining time distinguishes an aborted print from a finished one.
    assert!(aborted.time_remaining > 0);

    farm.stand_in.advance(HOUR);
    assert_eq!(farm.job_status(&cluster, &job).await, "aborted");
    assert_eq!(farm.run_job_action(&cluster, &job, "abort").await, "failed", "the job has ended");

    assert_eq!(
        farm.changes_of(&job),
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
async fn pause_delays_print_by_its_duration_only() {
    let farm = TestFarm::new(Farm::with_size(1, 1).tick(Duration::ZERO)).await;
    let cluster = farm.cluster().await;
    let job = farm.print(&cluster).await;
    farm.stand_in.advance(40 * MINUTE);

    assert_eq!(farm.run_job_action(&cluster, &job, "pause").await, "success");
    farm.stand_in.advance(HOUR);
    assert_eq!(farm.run_job_action(&cluster, &job, "resume").await, "success");

    let remaining = farm.job(&cluster, &job).await.time_remaining;
    let remaining = u32::try_from(remaining).expect("a time");
    assert!((1200..1500).contains(&remaining), "{remaining}");

    farm.stand_in.advance(SECOND * remaining);
    let status = farm.job_status(&cluster, &job).await;
    assert_eq!(status, "printing", "the printer had to resume first");

    farm.stand_in.advance(5 * SECOND);
    assert_eq!(farm.job_status(&cluster, &job).await, "post_print");
}

#[tokio::test]
async fn action_fails_when_printer_goes_offline() {
    let farm = TestFarm::new(Farm::with_size(1, 1)).await;
    let cluster = farm.cluster().await;
    let printer = farm.printer_uuids(&cluster).await.swap_remove(0);
    let request = farm.client.send_printer_action(&cluster, &printer, "rename").name("Zoë");
    let action = request.send().await.expect("an action");

    farm.stand_in.set_printer_online(&cluster, &printer, false);
    assert_eq!(farm.finish_action(&cluster, &action.action_id).await, "failed");
}

#[tokio::test]
async fn queued_jobs_are_moved_duplicated_aborted_and_removed() {
    let farm = TestFarm::new(Farm::with_size(1, 1)).await;
    let cluster = farm.cluster().await;

    let queued_jobs = async || {
        let status = farm.client.get_cluster_status(&cluster).send().await.expect("a status");
        let jobs = status.print_jobs.expect("jobs").into_iter();
        let queued = jobs.filter(|job| job.status.as_str() == "queued");
        queued.map(|job| job.uuid).collect::<Vec<_>>()
    };

    let mut jobs = Vec::new();
    for _ in 0..4 {
        jobs.push(farm.print(&cluster).await);
    }
    assert_eq!(queued_jobs().await, jobs[1..]);

    let request = farm.client.send_print_job_action(&cluster, &jobs[3], "move");
    let action = request.list("queued").to_position(0).send().await.expect("an action");
    assert_eq!(farm.finish_action(&cluster, &action.action_id).await, "success");
    assert_eq!(queued_jobs().await, [&*jobs[3], &*jobs[1], &*jobs[2]]);

    let request = farm.client.send_print_job_action(&cluster, &jobs[1], "duplicate");
    let action = request.quantity(3).send().await.expect("an action");
    assert_eq!(farm.finish_action(&cluster, &action.action_id).await, "success");
    let with_copies = queued_jobs().await;
    assert_eq!(with_copies.len(), 6);
    assert_eq!(with_copies[..3], [&*jobs[3], &*jobs[1], &*jobs[2]]);

    // `abort` with a quantity affects jobs of the same file: the original and two of its copies.
    let request = farm.client.send_print_job_action(&cluster, &jobs[1], "abort");
    let action = request.quantity(3).send().await.expect("an action");
    assert_eq!(farm.finish_action(&cluster, &action.action_id).await, "success");
    assert_eq!(queued_jobs().await, [&*jobs[3], &*jobs[2], &*with_copies[5]]);

    assert_eq!(farm.run_job_action(&cluster, &jobs[3], "remove").await, "success");
    assert_eq!(queued_jobs().await, [&*jobs[2], &*with_copies[5]]);
    assert_eq!(farm.job(&cluster, &jobs[3]).await.state.as_str(), "deleted");

    let on_printer = farm.run_job_action(&cluster, &jobs[0], "remove").await;
    assert_eq!(on_printer, "failed", "the job is on the printer");
}

#[tokio::test]
async fn unknown_action_fails_and_action_on_unknown_job_is_404() {
    let farm = TestFarm::new(Farm::with_size(1, 1)).await;
    let cluster = farm.cluster().await;
    let job = farm.print(&cluster).await;

    assert_eq!(farm.run_job_action(&cluster, &job, "levitate").await, "failed");

    let unknown = farm.client.send_print_job_action(&cluster, &cluster, "pause").send().await;
    assert_eq!(status_and_code(unknown.expect_err("an error")), api_error(404, "recordNotFound"));
}

#[tokio::test]
async fn printer_is_renamed_photographed_and_disabled() {
    let farm = TestFarm::new(Farm::with_size(1, 1)).await;
    let cluster = farm.cluster().await;
    let printer = farm.printer_uuids(&cluster).await.swap_remove(0);

    let request = farm.client.send_printer_action(&cluster, &printer, "rename").name("Zoë");
    let action = request.send().await.expect("an action");
    assert_eq!(farm.finish_action(&cluster, &action.action_id).await, "success");
    let renamed = farm.client.get_cluster(&cluster).send().await.expect("a cluster");
    assert_eq!(renamed.friendly_name.as_deref(), Some("Zoë"));

    let request = farm.client.send_printer_action(&cluster, &printer, "get_webcam_snapshot");
    let action = request.send().await.expect("an action");
    farm.stand_in.advance(5 * SECOND);

    let action = farm.client.get_action_status(&cluster, action.action_id).send().await;
    let details = action.expect("an action").status_details.expect("details");
    let ActionStatusDetails::WebcamSnapshotStatus { value: picture, .. } = details else {
        panic!("{details:?}");
    };

    let picture = reqwest::get(picture.image_url).await.expect("a response");
    assert_eq!(picture.headers()["content-type"], "image/png");
    assert!(picture.bytes().await.expect("a picture").starts_with(b"\x89PNG"));

    let request = farm.client.send_printer_action(&cluster, &printer, "set_availability");
    let action = request.enabled(false).send().await.expect("an action");
    assert_eq!(farm.finish_action(&cluster, &action.action_id).await, "success");
    let job = farm.print(&cluster).await;
    farm.stand_in.advance(HOUR);
    assert_eq!(farm.job_status(&cluster, &job).await, "queued");
}

#[tokio::test]
async fn firmware_update_starts_after_print_and_delays_next_job() {
    let farm = TestFarm::new(Farm::with_size(1, 1)).await;
    let cluster = farm.cluster().await;
    let printer = farm.printer_uuids(&cluster).await.swap_remove(0);
    let (first, second) = (farm.print(&cluster).await, farm.print(&cluster).await);

    let update = async |scheduled| {
        let request = farm.client.send_printer_action(&cluster, &printer, "update_firmware");
        let action = request.schedule_update(scheduled).send().await.expect("an action");
        farm.finish_action(&cluster, &action.action_id).await
    };
    let statuses = async || {
        let printer = farm.printers(&cluster).await.swap_remove(0);
        let update = printer.firmware_update_status.expect("a status").to_string();
        (update, printer.status.expect("a status").to_string())
    };
    let pair = |update: &str, status: &str| (update.to_owned(), status.to_owned());

    assert_eq!(update(true).await, "success");
    assert_eq!(update(false).await, "success");
    assert_eq!(statuses().await, pair("update_available", "pre_print"));
    assert_eq!(update(true).await, "success");
    assert_eq!(statuses().await, pair("pending_update", "pre_print"));

    farm.stand_in.advance(HOUR + 10 * MINUTE);
    assert_eq!(farm.job_status(&cluster, &first).await, "finished");
    assert_eq!(statuses().await, pair("update_in_progress", "maintenance"));
    assert_eq!(farm.job_status(&cluster, &second).await, "queued");

    farm.stand_in.advance(15 * MINUTE);
    assert_eq!(statuses().await, pair("up_to_date", "printing"));
    assert_eq!(update(true).await, "failed", "the firmware is already the latest");
}
