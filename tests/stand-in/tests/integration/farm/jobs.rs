//! Print jobs and their phases.

use std::time::Duration;

use connect_api::models::{
    OrganizationSettings, PrintJobInstanceResponse, PrintJobInstanceUpdateRequest, PrintJobState,
};
use connect_api::{Client, Error};
use connect_stand_in::{ChangeKind, Farm, Fault};

use super::{HOUR, MINUTE, SECOND, TestFarm, api_error, status_and_code};

#[tokio::test]
async fn job_passes_all_phases_to_finished() {
    let farm = TestFarm::new(Farm::with_size(1, 1)).await;
    let cluster = farm.cluster().await;
    let job = farm.print(&cluster).await;

    let mut phases = Vec::new();
    for _ in 0..300 {
        let details = farm.job(&cluster, &job).await;
        let phase = (details.status.to_string(), details.state.to_string(), details.started);
        if phases.last() != Some(&phase) {
            phases.push(phase);
        }

        assert_eq!(details.time_total, 3600);
        assert_eq!(details.time_elapsed.expect("elapsed") + details.time_remaining, 3600);

        farm.stand_in.advance(15 * SECOND);
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
        farm.changes_of(&job),
        [
            ChangeKind::JobQueued,
            ChangeKind::JobStarted,
            ChangeKind::JobFinished,
            ChangeKind::JobCleared,
        ]
    );
}

#[tokio::test]
async fn cluster_status_lists_queued_printing_and_ended_jobs() {
    let farm = TestFarm::new(Farm::with_size(1, 1)).await;
    let cluster = farm.cluster().await;
    let (first, second) = (farm.print(&cluster).await, farm.print(&cluster).await);

    let current_status = async || {
        let status = farm.client.get_cluster_status(&cluster).send().await.expect("a status");
        let jobs = |jobs: Option<Vec<PrintJobInstanceResponse>>| {
            let jobs = jobs.expect("a list").into_iter();
            jobs.map(|job| (job.uuid, job.status.to_string())).collect::<Vec<_>>()
        };

        let printers = status.printers.expect("printers");
        let printer = printers[0].status.as_ref().expect("a status").to_string();

        (printer, jobs(status.print_jobs), jobs(status.recently_completed))
    };
    let job = |job: &String, status: &str| (job.clone(), status.to_owned());

    farm.stand_in.advance(30 * SECOND);
    let queued = job(&second, "queued");
    let expected = ("pre_print".to_owned(), vec![job(&first, "pre_print"), queued.clone()], vec![]);
    assert_eq!(current_status().await, expected);

    farm.stand_in.advance(HOUR / 2);
    let expected = ("printing".to_owned(), vec![job(&first, "printing"), queued], vec![]);
    assert_eq!(current_status().await, expected);

    farm.stand_in.advance(HOUR);
    let ended = vec![job(&first, "finished")];
    assert_eq!(
        current_status().await,
        ("printing".to_owned(), vec![job(&second, "printing")], ended)
    );

    farm.stand_in.advance(HOUR);
    // The latest job comes first.
    let ended = vec![job(&second, "finished"), job(&first, "finished")];
    assert_eq!(current_status().await, ("idle".to_owned(), vec![], ended));
}

#[tokio::test]
async fn recently_completed_has_ten_jobs_at_most() {
    let farm = TestFarm::new(Farm::with_size(1, 3)).await;
    let cluster = farm.cluster().await;
    for _ in 0..13 {
        farm.print(&cluster).await;
    }

    farm.stand_in.advance(10 * HOUR);
    let status = farm.client.get_cluster_status(&cluster).send().await.expect("a status");
    assert_eq!(status.recently_completed.expect("a list").len(), 10);

    let jobs = farm.client.get_print_jobs().status([PrintJobState::History]).send().await;
    assert_eq!(jobs.expect("a page").items.len(), 13);
}

#[tokio::test]
async fn job_on_hold_waits_until_print_action() {
    let farm = TestFarm::new(Farm::with_size(1, 1)).await;
    let cluster = farm.cluster().await;
    let file = farm.stand_in.add_file("vase.ufp", HOUR);
    let job = farm.client.print(&cluster, file).start_now(false).send().await.expect("a job");
    let job = job.job_instance_uuid.expect("a UUID");

    farm.stand_in.advance(HOUR);
    assert_eq!(farm.job_status(&cluster, &job).await, "queued");
    assert_eq!(farm.run_job_action(&cluster, &job, "print").await, "success");
    assert_eq!(farm.job_status(&cluster, &job).await, "sent_to_printer");
}

#[tokio::test]
async fn print_that_needs_approval_responds_without_data() {
    let farm = TestFarm::new(Farm::with_size(1, 1)).await;
    let cluster = farm.cluster().await;
    let settings = OrganizationSettings::new().require_print_approval(true);
    farm.client.update_settings(settings).send().await.expect("settings");

    let file = farm.stand_in.add_file("vase.ufp", HOUR);
    let error = farm.client.print(&cluster, file).send().await.expect_err("no data");
    assert!(matches!(error, Error::NoData(_)), "{error}");

    farm.stand_in.advance(HOUR);
    let waiting = farm.client.get_print_jobs().status([PrintJobState::WaitApproval]).send().await;
    let waiting = waiting.expect("a page").items;
    assert_eq!((waiting.len(), farm.stand_in.changes().len()), (1, 0));

    assert_eq!(farm.stand_in.approve_jobs(&cluster), 1);
    assert_eq!(farm.job_status(&cluster, &waiting[0].uuid).await, "sent_to_printer");
}

#[tokio::test]
async fn print_of_unknown_file_or_cluster_is_404() {
    let farm = TestFarm::new(Farm::with_size(1, 1)).await;
    let cluster = farm.cluster().await;
    let not_found = api_error(404, "recordNotFound");

    let unknown_file = farm.client.print(&cluster, "A".repeat(44)).send().await;
    assert_eq!(status_and_code(unknown_file.expect_err("an error")), not_found);

    let file = farm.stand_in.add_file("vase.ufp", HOUR);
    let unknown_cluster = farm.client.print("B".repeat(44), file).send().await;
    assert_eq!(status_and_code(unknown_cluster.expect_err("an error")), not_found);
}

#[tokio::test]
async fn fault_with_status_creates_no_job_and_disconnect_creates_one() {
    let farm = TestFarm::new(Farm::with_size(1, 1)).await;
    let cluster = farm.cluster().await;
    let file = farm.stand_in.add_file("vase.ufp", HOUR);
    let job_count = async || farm.client.get_print_jobs().send().await.expect("a page").items.len();
    farm.stand_in
        .inject_faults("print", [Fault::Status(503), Fault::Gateway(502), Fault::Disconnect]);

    for expected in [0, 0, 1] {
        farm.client.print(&cluster, &file).send().await.expect_err("a failure");
        assert_eq!(job_count().await, expected);
    }
}

#[tokio::test]
async fn reprint_creates_job_on_another_cluster() {
    let farm = TestFarm::new(Farm::with_size(2, 1)).await;
    let [first, second] = <[_; 2]>::try_from(farm.clusters().await).expect("two clusters");
    let job = farm.print(&first).await;
    farm.stand_in.advance(2 * HOUR);

    let reprint = farm.client.reprint(&second, &first, &job).send().await.expect("a job");
    let reprint = farm.job(&second, &reprint.job_instance_uuid.expect("a UUID")).await;
    assert_eq!((reprint.name.as_str(), reprint.sent_from.as_str()), ("gear.ufp", "reprint"));
    assert_eq!(reprint.cloud_job_id, farm.job(&first, &job).await.cloud_job_id);

    let unknown = farm.client.reprint(&second, &second, &job).send().await;
    assert_eq!(status_and_code(unknown.expect_err("an error")), api_error(404, "recordNotFound"));
}

#[tokio::test]
async fn listing_delay_affects_lists_but_not_get_print_job() {
    let farm =
        TestFarm::new(Farm::with_size(1, 1).listing_delay(10 * SECOND).tick(Duration::ZERO)).await;
    let cluster = farm.cluster().await;
    let job = farm.print(&cluster).await;

    let listed = async |client: &Client| {
        let jobs = client.get_print_jobs().send().await.expect("a page").items.len();
        let status = client.get_cluster_status(&cluster).send().await.expect("a status");
        (jobs, status.print_jobs.expect("a list").len())
    };

    farm.stand_in.advance(9 * SECOND);
    assert_eq!(listed(&farm.client).await, (0, 0));
    assert_eq!(farm.job(&cluster, &job).await.uuid, job);

    farm.stand_in.advance(SECOND);
    assert_eq!(listed(&farm.client).await, (1, 1));
}

#[tokio::test]
async fn job_waits_for_required_material_unless_forced() {
    let farm = TestFarm::new(Farm::new()).await;
    let cluster = farm.cluster().await;
    let logo =
        farm.stand_in.files().into_iter().find(|file| file.name == "logo.ufp").expect("a file");
    let job = farm.client.print(&cluster, logo.job_id).send().await.expect("a job");
    let job = job.job_instance_uuid.expect("a UUID");

    farm.stand_in.advance(24 * HOUR);
    let waiting = farm.job(&cluster, &job).await;
    let change = &waiting.configuration_changes_required.expect("changes")[0];
    assert_eq!(change.type_of_change.as_ref().expect("a type").as_str(), "material_change");
    assert!(change.is_overridable && waiting.state == PrintJobState::Waiting);

    assert_eq!(farm.run_job_action(&cluster, &job, "force").await, "success");
    let forced = farm.job(&cluster, &job).await;
    assert!(forced.force && forced.state == PrintJobState::Sending);

    farm.stand_in.advance(MINUTE);
    assert_eq!(farm.changes_of(&job).last(), Some(&ChangeKind::JobStarted));
}

#[tokio::test]
async fn note_on_job_is_saved() {
    let farm = TestFarm::new(Farm::with_size(1, 1)).await;
    let cluster = farm.cluster().await;
    let job = farm.print(&cluster).await;
    let note = PrintJobInstanceUpdateRequest::new().note("Für später");
    farm.client.update_print_job(&cluster, &job, note).send().await.expect("a job");

    assert_eq!(farm.job(&cluster, &job).await.note.as_deref(), Some("Für später"));
}
