//! The programs of the README and of the crate's documentation, run against a farm.
//!
//! This file contains them word for word, except for the base URL and the token.

use std::time::Duration;

use connect_api::models::{OrganizationSettings, PrintJobState};
use connect_api::{Client, Error};
use connect_stand_in::{ChangeKind, Farm, Fault, StandIn};

mod readme_test;

const README: &str = include_str!("../../../../README.md");
const FRONT_PAGE: &str = include_str!("../../../../connect-api/src/lib.rs");
const THIS_FILE: &str = include_str!("mod.rs");
const README_TEST: &str = include_str!("readme_test.rs");

/// The Rust code blocks of a document.
fn code_blocks(document: &str) -> Vec<&str> {
    let blocks = document.split("```").skip(1).step_by(2);
    let rust = |block: &&str| block.starts_with("rust\n") || block.starts_with("no_run\n");
    blocks.filter(rust).map(|block| block.split_once('\n').expect("a line").1).collect()
}

#[test]
fn readme_programs_equal_the_crate_documentation_and_these_tests() {
    let docs = FRONT_PAGE.lines().filter_map(|line| line.strip_prefix("//!"));
    let docs: String =
        docs.map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line))).collect();
    let [list, print, farm] = code_blocks(README)[..] else {
        panic!("three programs in the README")
    };
    let start = list.find("    for cluster").expect("the beginning of the program");

    assert!(
        THIS_FILE.contains(&list[start..]),
        "this file does not contain the README's first program:\n{list}"
    );
    assert_eq!(code_blocks(&docs)[0], print);

    let start = print.find("    // Find the first cluster").expect("the beginning of the program");
    assert!(
        THIS_FILE.contains(&print[start..]),
        "this file does not contain the README's second program:\n{print}"
    );

    let (_, test) = README_TEST.split_once("\n\n").expect("a line of documentation");
    assert_eq!(farm, test);
}

/// The README's first program.
async fn list_printers(client: Client) -> Result<(), Error> {
    for cluster in client.get_clusters().limit(20).send().await?.items {
        let status = client.get_cluster_status(&cluster.cluster_id).send().await?;
        for printer in status.printers.unwrap_or_default() {
            println!("{}: {:?}, {:?}", cluster.host_name, printer.friendly_name, printer.status);
        }
    }
    Ok(())
}

#[tokio::test]
async fn first_program_requests_the_status_of_each_cluster() {
    let (farm, client, _) = start_farm(Duration::from_secs(1)).await;
    list_printers(client).await.expect("the clusters");
    assert_eq!(poll_count(&farm), 3);
}

/// The README's second program, which the crate's documentation repeats.
async fn print_and_watch(client: Client, file: &str) -> Result<(), Error> {
    // Find the first cluster that is online. The stream requests as many pages as needed.
    let mut clusters = client.get_clusters().items();
    let cluster = loop {
        let Some(cluster) = clusters.next().await.transpose()? else { return Ok(()) };
        if cluster.is_online == Some(true) {
            break cluster.cluster_id;
        }
    };

    // The status before the print, with which the watch compares the next status.
    let before = client.get_cluster_status(&cluster).send().await?;
    let uuid = match client.print(&cluster, file).start_now(true).send().await {
        // The print was accepted, but somebody has to approve it first.
        Err(Error::NoData(_)) => None,
        result => result?.job_instance_uuid,
    };
    let Some(uuid) = uuid else { return Ok(()) };

    // Print the events of the cluster until the job has ended.
    let mut watch = client.watch_cluster(&cluster).since(before).job(&uuid);
    while let Some(event) = watch.next().await.transpose()? {
        println!("{event}");
        if event.ends_job(&uuid) {
            break;
        }
    }
    Ok(())
}

/// A farm with one printer, whose clock advances by `tick` with each request; a client; and a print
/// file.
async fn start_farm(tick: Duration) -> (StandIn, Client, String) {
    let farm = StandIn::builder().farm(Farm::with_size(3, 1).tick(tick)).start().await;
    let farm = farm.expect("a stand-in");
    let file = farm.add_file("gear.ufp", Duration::from_secs(3600));
    let builder = Client::builder().base_url(farm.base_url()).token(farm.token());
    let client = builder.poll_interval(Duration::from_millis(1)).build().expect("a client");

    (farm, client, file)
}

/// Number of status requests so far.
fn poll_count(farm: &StandIn) -> usize {
    farm.requests().iter().filter(|request| request.path.ends_with("/status")).count()
}

/// Runs the second program, and an action as soon as it watches the cluster.
async fn run(
    farm: &StandIn,
    client: &Client,
    file: &str,
    action: impl AsyncFnOnce(),
) -> Result<(), Error> {
    let concurrent_action = async {
        while poll_count(farm) < 3 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        action().await;
    };
    let both = async { tokio::join!(print_and_watch(client.clone(), file), concurrent_action).0 };

    tokio::time::timeout(Duration::from_secs(60), both).await.expect("the program ends")
}

/// The changes of the job that was queued last.
fn last_job_changes(farm: &StandIn) -> Vec<ChangeKind> {
    let changes = farm.changes();
    let queued = changes.iter().rfind(|change| change.kind == ChangeKind::JobQueued);
    let job = queued.expect("a job").subject.clone();
    changes.into_iter().filter(|change| change.subject == job).map(|change| change.kind).collect()
}

#[tokio::test]
async fn second_program_ends_when_the_job_is_printed() {
    let (farm, client, file) = start_farm(Duration::from_secs(60)).await;
    run(&farm, &client, &file, async || {}).await.expect("a print");
    assert!(
        last_job_changes(&farm).contains(&ChangeKind::JobFinished),
        "{:?}",
        last_job_changes(&farm)
    );
}

#[tokio::test]
async fn second_program_ends_when_the_job_is_removed_from_the_queue() {
    let (farm, client, file) = start_farm(Duration::from_secs(1)).await;
    let cluster = client.get_clusters().send().await.expect("a page").items.swap_remove(0);
    client.print(&cluster.cluster_id, &file).send().await.expect("an earlier job");

    let remove = async || {
        let status = client.get_cluster_status(&cluster.cluster_id).send().await.expect("a status");
        let jobs = status.print_jobs.expect("jobs").into_iter();
        let waiting: Vec<_> = jobs.filter(|job| job.status.as_str() == "queued").collect();
        let [job] = &waiting[..] else { panic!("{waiting:?}") };
        let remove = client.remove_print_job(&cluster.cluster_id, &job.uuid).wait();

        remove.await.expect("a removed job");
    };
    run(&farm, &client, &file, remove).await.expect("the end of the program");
    assert_eq!(last_job_changes(&farm), [ChangeKind::JobQueued, ChangeKind::JobRemoved]);
}

/// Runs the second program on a farm whose only printer is busy, and removes the job while status
/// requests fail; returns how often the program requested the job afterwards.
async fn remove_job_during_failed_polls(prepare: impl FnOnce(&StandIn)) -> usize {
    let (farm, client, file) = start_farm(Duration::from_secs(10)).await;
    let cluster = client.get_clusters().send().await.expect("a page").items.swap_remove(0);
    client.print(&cluster.cluster_id, &file).send().await.expect("an earlier job");

    let failures = std::iter::repeat_n(Fault::Status(503), 100);
    farm.inject_faults("get_cluster_status", std::iter::once(Fault::None).chain(failures));

    let remove = async {
        while poll_count(&farm) < 2 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }

        let changes = farm.changes();
        let job = changes.iter().rfind(|change| change.kind == ChangeKind::JobQueued);
        let uuid = job.expect("a job").subject.clone();
        let remove = client.remove_print_job(&cluster.cluster_id, &uuid).send();
        remove.await.expect("an action");
        farm.advance(Duration::from_secs(60));
        farm.clear_faults();
        prepare(&farm);

        format!("/print_jobs/{uuid}")
    };
    let both = async { tokio::join!(print_and_watch(client.clone(), &file), remove) };
    let both = tokio::time::timeout(Duration::from_secs(60), both).await;
    let (ended, job) = both.expect("the program ends");
    ended.expect("no error");

    assert_eq!(last_job_changes(&farm), [ChangeKind::JobQueued, ChangeKind::JobRemoved]);
    farm.requests().iter().filter(|request| request.path.ends_with(&job)).count()
}

#[tokio::test]
async fn second_program_ends_when_the_job_is_removed_before_the_first_poll() {
    assert_eq!(remove_job_during_failed_polls(|_| {}).await, 1);
}

#[tokio::test]
async fn second_program_ends_after_a_minute_when_the_job_is_unknown() {
    let unknown = || std::iter::repeat_n(Fault::Status(404), 100);
    let requests =
        remove_job_during_failed_polls(|farm| farm.inject_faults("get_print_job", unknown())).await;
    assert_eq!(requests, 4, "in one minute, of ten seconds per request and two requests per poll");
}

#[tokio::test]
async fn second_program_ends_without_error_when_the_job_awaits_approval() {
    let (farm, client, file) = start_farm(Duration::from_secs(60)).await;
    let settings = OrganizationSettings::new().require_print_approval(true);
    client.update_settings(settings).send().await.expect("settings");
    print_and_watch(client.clone(), &file).await.expect("no error");

    assert_eq!(poll_count(&farm), 1, "there is no job to watch");
    let waiting = client.get_print_jobs().status([PrintJobState::WaitApproval]).send().await;
    assert_eq!(waiting.expect("a page").items.len(), 1);
}

#[tokio::test]
async fn second_program_returns_the_error_when_access_is_lost() {
    for status in [401, 403, 404] {
        let (farm, client, file) = start_farm(Duration::ZERO).await;
        let refuse = async || farm.inject_faults("get_cluster_status", [Fault::Status(status)]);
        let error = run(&farm, &client, &file, refuse).await.expect_err("no access");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status), "{error}");
    }
}
