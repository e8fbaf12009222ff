//! The life of print jobs.

use std::time::Duration;

use connect_api::models::{OrganizationSettings, PrintJobInstanceUpdateRequest, PrintJobState};
use connect_api::{Client, Error};
use connect_stand_in::{ChangeKind, Farm, Fault};

use super::{HOUR, MINUTE, SECOND, Site, refusal, refused};

#[tokio::test]
async fn a_job_is_printed_to_its_end() {
    let site = Site::new(Farm::with_size(1, 1)).await;
    let cluster = site.cluster().await;
    let job = site.print(&cluster).await;
    let mut phases = Vec::new();

    for _ in 0..300 {
        let now = site.job(&cluster, &job).await;
        let phase = (now.status.to_string(), now.state.to_string(), now.started);
        if phases.last() != Some(&phase) {
            phases.push(phase);
        }

        assert_eq!(now.time_total, 3600);
        assert_eq!(now.time_elapsed.expect("elapsed") + now.time_remaining, 3600);

        site.farm.advance(15 * SECOND);
    }

    let phase = |status: &str, state: &str, started| (status.to_owned(), state.to_owned(), started);
    assert_eq!(
        phases,
        [
            phase("sent_to_printer", "sending", false),
            phase("pre_print", "in_progress", true),
            phase("printing", "in_progress", true),
            phase("post_print", "in_progress", true),
            phase("wait_cleanup", "in_progress", true),
            phase("finished", "history", true),
        ]
    );

    assert_eq!(
        site.changes_of(&job),
        [
            ChangeKind::JobQueued,
            ChangeKind::JobStarted,
            ChangeKind::JobFinished,
            ChangeKind::JobCleared,
        ]
    );
}

#[tokio::test]
async fn a_status_shows_what_waits_what_prints_and_what_is_over() {
    let site = Site::new(Farm::with_size(1, 1)).await;
    let cluster = site.cluster().await;
    let (first, second) = (site.print(&cluster).await, site.print(&cluster).await);

    let seen = async || {
        let status = site.client.get_cluster_status(&cluster).send().await.expect("a status");
        let jobs = |jobs: Option<Vec<connect_api::models::PrintJobInstanceResponse>>| {
            let jobs = jobs.expect("a list").into_iter();
            jobs.map(|job| (job.uuid, job.status.to_string())).collect::<Vec<_>>()
        };

        let printers = status.printers.expect("printers");
        let printer = printers[0].status.as_ref().expect("a status").to_string();

        (printer, jobs(status.print_jobs), jobs(status.recently_completed))
    };
    let job = |job: &String, status: &str| (job.clone(), status.to_owned());
    site.farm.advance(30 * SECOND);

    let waiting = job(&second, "queued");
    let expected =
        ("pre_print".to_owned(), vec![job(&first, "pre_print"), waiting.clone()], vec![]);
    assert_eq!(seen().await, expected);

    site.farm.advance(HOUR / 2);
    let expected = ("printing".to_owned(), vec![job(&first, "printing"), waiting], vec![]);
    assert_eq!(seen().await, expected);

    site.farm.advance(HOUR);
    let over = vec![job(&first, "finished")];
    assert_eq!(seen().await, ("printing".to_owned(), vec![job(&second, "printing")], over));

    site.farm.advance(HOUR);
    // What ended last comes first.
    let over = vec![job(&second, "finished"), job(&first, "finished")];
    assert_eq!(seen().await, ("idle".to_owned(), vec![], over));
}

#[tokio::test]
async fn no_more_than_ten_jobs_are_recently_completed() {
    let site = Site::new(Farm::with_size(1, 3)).await;
    let cluster = site.cluster().await;
    for _ in 0..13 {
        site.print(&cluster).await;
    }

    site.farm.advance(10 * HOUR);
    let status = site.client.get_cluster_status(&cluster).send().await.expect("a status");
    assert_eq!(status.recently_completed.expect("a list").len(), 10);

    let jobs = site.client.get_print_jobs().status([PrintJobState::History]).send().await;
    assert_eq!(jobs.expect("a page").items.len(), 13);
}

#[tokio::test]
async fn a_job_that_is_not_to_start_waits_until_it_is_told() {
    let site = Site::new(Farm::with_size(1, 1)).await;
    let cluster = site.cluster().await;
    let file = site.farm.add_file("vase.ufp", HOUR);
    let job = site.client.print(&cluster, file).start_now(false).send().await.expect("a job");
    let job = job.job_instance_uuid.expect("a UUID");

    site.farm.advance(HOUR);
    assert_eq!(site.status(&cluster, &job).await, "queued");
    assert_eq!(site.act(&cluster, &job, "print").await, "success");
    assert_eq!(site.status(&cluster, &job).await, "sent_to_printer");
}

#[tokio::test]
async fn a_print_that_awaits_approval_is_answered_without_data() {
    let site = Site::new(Farm::with_size(1, 1)).await;
    let cluster = site.cluster().await;
    let settings = OrganizationSettings::new().require_print_approval(true);
    site.client.update_settings(settings).send().await.expect("settings");

    let file = site.farm.add_file("vase.ufp", HOUR);
    let answer = site.client.print(&cluster, file).send().await.expect_err("no data");
    assert!(matches!(answer, Error::NoData(_)), "{answer}");

    site.farm.advance(HOUR);
    let waiting = site.client.get_print_jobs().status([PrintJobState::WaitApproval]).send().await;
    let waiting = waiting.expect("a page").items;

    assert_eq!((waiting.len(), site.farm.changes().len()), (1, 0));
    assert_eq!(site.farm.approve_jobs(&cluster), 1);
    assert_eq!(site.status(&cluster, &waiting[0].uuid).await, "sent_to_printer");
}

#[tokio::test]
async fn only_a_file_that_is_there_is_printed() {
    let site = Site::new(Farm::with_size(1, 1)).await;
    let cluster = site.cluster().await;
    let unknown = site.client.print(&cluster, "A".repeat(44)).send().await;
    let not_found = refused(404, "recordNotFound");

    assert_eq!(refusal(unknown.expect_err("a refusal")), not_found);
    let file = site.farm.add_file("vase.ufp", HOUR);
    let elsewhere = site.client.print("B".repeat(44), file).send().await;
    assert_eq!(refusal(elsewhere.expect_err("a refusal")), not_found);
}

#[tokio::test]
async fn a_print_that_is_refused_did_nothing_and_one_whose_answer_is_lost_did_all() {
    let site = Site::new(Farm::with_size(1, 1)).await;
    let cluster = site.cluster().await;
    let file = site.farm.add_file("vase.ufp", HOUR);
    let jobs = async || site.client.get_print_jobs().send().await.expect("a page").items.len();
    site.farm.inject_faults("print", [Fault::Status(503), Fault::Gateway(502), Fault::Disconnect]);

    for done in [0, 0, 1] {
        site.client.print(&cluster, &file).send().await.expect_err("a failure");
        assert_eq!(jobs().await, done);
    }
}

#[tokio::test]
async fn what_is_over_is_printed_again_also_elsewhere() {
    let site = Site::new(Farm::with_size(2, 1)).await;
    let [here, there] = <[_; 2]>::try_from(site.clusters().await).expect("two clusters");
    let job = site.print(&here).await;
    site.farm.advance(2 * HOUR);

    let again = site.client.reprint(&there, &here, &job).send().await.expect("a job");
    let again = site.job(&there, &again.job_instance_uuid.expect("a UUID")).await;
    assert_eq!((again.name.as_str(), again.sent_from.as_str()), ("gear.ufp", "reprint"));
    assert_eq!(again.cloud_job_id, site.job(&here, &job).await.cloud_job_id);

    let unknown = site.client.reprint(&there, &there, &job).send().await;
    assert_eq!(refusal(unknown.expect_err("a refusal")), refused(404, "recordNotFound"));
}

#[tokio::test]
async fn new_jobs_show_late_in_lists_but_not_by_their_id() {
    let site =
        Site::new(Farm::with_size(1, 1).listing_delay(10 * SECOND).tick(Duration::ZERO)).await;
    let cluster = site.cluster().await;
    let job = site.print(&cluster).await;

    let listed = async |client: &Client| {
        let jobs = client.get_print_jobs().send().await.expect("a page").items.len();
        let status = client.get_cluster_status(&cluster).send().await.expect("a status");
        (jobs, status.print_jobs.expect("a list").len())
    };
    site.farm.advance(9 * SECOND);
    assert_eq!(listed(&site.client).await, (0, 0));
    assert_eq!(site.job(&cluster, &job).await.uuid, job);

    site.farm.advance(SECOND);
    assert_eq!(listed(&site.client).await, (1, 1));
}

#[tokio::test]
async fn a_job_that_wants_other_material_says_so_and_waits() {
    let site = Site::new(Farm::new()).await;
    let cluster = site.cluster().await;
    let logo = site.farm.files().into_iter().find(|file| file.name == "logo.ufp").expect("a file");
    let job = site.client.print(&cluster, logo.job_id).send().await.expect("a job");
    let job = job.job_instance_uuid.expect("a UUID");

    site.farm.advance(24 * HOUR);
    let waiting = site.job(&cluster, &job).await;
    let change = &waiting.configuration_changes_required.expect("changes")[0];

    assert_eq!(change.type_of_change.as_ref().expect("a type").as_str(), "material_change");
    assert!(change.is_overridable && waiting.state == PrintJobState::Waiting);
    assert_eq!(site.act(&cluster, &job, "force").await, "success");

    let forced = site.job(&cluster, &job).await;
    assert!(forced.force && forced.state == PrintJobState::Sending);

    site.farm.advance(MINUTE);
    assert_eq!(site.changes_of(&job).last(), Some(&ChangeKind::JobStarted));
}

#[tokio::test]
async fn a_note_on_a_job_stays() {
    let site = Site::new(Farm::with_size(1, 1)).await;
    let cluster = site.cluster().await;
    let job = site.print(&cluster).await;
    let note = PrintJobInstanceUpdateRequest::new().note("Für später");
    site.client.update_print_job(&cluster, &job, note).send().await.expect("a job");

    assert_eq!(site.job(&cluster, &job).await.note.as_deref(), Some("Für später"));
}
