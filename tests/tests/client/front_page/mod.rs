//! The programs of the README and of the front page, run for real: against a farm.
//!
//! They stand here word for word, but for where they find the service.

use std::time::Duration;

use connect_api::models::{OrganizationSettings, PrintJobState};
use connect_api::{Client, Error};
use connect_stand_in::{ChangeKind, Farm, Fault, StandIn};

mod readme_test;

const README: &str = include_str!("../../../../README.md");
const FRONT_PAGE: &str = include_str!("../../../../connect-api/src/lib.rs");
const HERE: &str = include_str!("mod.rs");
const README_TEST: &str = include_str!("readme_test.rs");

/// The Rust in a document, block by block.
fn programs(document: &str) -> Vec<&str> {
    let blocks = document.split("```").skip(1).step_by(2);
    let rust = |block: &&str| block.starts_with("rust\n") || block.starts_with("no_run\n");
    blocks.filter(rust).map(|block| block.split_once('\n').expect("a line").1).collect()
}

#[test]
fn the_front_page_is_what_the_readme_shows_and_what_runs_here() {
    let docs = FRONT_PAGE.lines().filter_map(|line| line.strip_prefix("//!"));
    let docs: String =
        docs.map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line))).collect();
    let [list, print, farm] = programs(README)[..] else { panic!("three programs in the README") };
    let from = list.find("    for cluster").expect("the way of the program");

    assert!(HERE.contains(&list[from..]), "the README's first program is not here:\n{list}");
    assert_eq!(programs(&docs)[0], print);

    let from = print.find("    // Find the first cluster").expect("the way of the program");
    assert!(HERE.contains(&print[from..]), "the README's second program is not here:\n{print}");

    let (_, test) = README_TEST.split_once("\n\n").expect("a line of documentation");
    assert_eq!(farm, test);
}

/// The README's first program.
async fn list(client: Client) -> Result<(), Error> {
    for cluster in client.get_clusters().limit(20).send().await?.items {
        let status = client.get_cluster_status(&cluster.cluster_id).send().await?;
        for printer in status.printers.unwrap_or_default() {
            println!("{}: {:?}, {:?}", cluster.host_name, printer.friendly_name, printer.status);
        }
    }
    Ok(())
}

#[tokio::test]
async fn the_first_program_sees_each_cluster() {
    let (farm, client, _) = farm(Duration::from_secs(1)).await;
    list(client).await.expect("the clusters");
    assert_eq!(polls(&farm), 3);
}

/// The program of the front page.
async fn front_page(client: Client, file: &str) -> Result<(), Error> {
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

/// A farm with one printer that prints so much with each request, a client of it and a print file.
async fn farm(tick: Duration) -> (StandIn, Client, String) {
    let farm = StandIn::builder().farm(Farm::with_size(3, 1).tick(tick)).start().await;
    let farm = farm.expect("a stand-in");
    let file = farm.add_file("gear.ufp", Duration::from_secs(3600));
    let builder = Client::builder().base_url(farm.base_url()).token(farm.token());
    let client = builder.poll_interval(Duration::from_millis(1)).build().expect("a client");

    (farm, client, file)
}

/// How often a status was asked for.
fn polls(farm: &StandIn) -> usize {
    farm.requests().iter().filter(|request| request.path.ends_with("/status")).count()
}

/// Runs the program, and does something to the farm once it watches.
async fn run(
    farm: &StandIn,
    client: &Client,
    file: &str,
    then: impl AsyncFnOnce(),
) -> Result<(), Error> {
    let meanwhile = async {
        while polls(farm) < 3 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        then().await;
    };
    let both = async { tokio::join!(front_page(client.clone(), file), meanwhile).0 };

    tokio::time::timeout(Duration::from_secs(60), both).await.expect("the program ends")
}

/// What happened to the job that was sent last.
fn changes(farm: &StandIn) -> Vec<ChangeKind> {
    let changes = farm.changes();
    let queued = changes.iter().rfind(|change| change.kind == ChangeKind::JobQueued);
    let job = queued.expect("a job").subject.clone();
    changes.into_iter().filter(|change| change.subject == job).map(|change| change.kind).collect()
}

#[tokio::test]
async fn it_ends_when_the_job_is_printed() {
    let (farm, client, file) = farm(Duration::from_secs(60)).await;
    run(&farm, &client, &file, async || {}).await.expect("a print");
    assert!(changes(&farm).contains(&ChangeKind::JobFinished), "{:?}", changes(&farm));
}

#[tokio::test]
async fn it_ends_when_the_job_is_taken_out_of_the_queue() {
    let (farm, client, file) = farm(Duration::from_secs(1)).await;
    let cluster = client.get_clusters().send().await.expect("a page").items.swap_remove(0);
    client.print(&cluster.cluster_id, &file).send().await.expect("a job before it");

    let remove = async || {
        let status = client.get_cluster_status(&cluster.cluster_id).send().await.expect("a status");
        let jobs = status.print_jobs.expect("jobs").into_iter();
        let waiting: Vec<_> = jobs.filter(|job| job.status.as_str() == "queued").collect();
        let [job] = &waiting[..] else { panic!("{waiting:?}") };
        let remove = client.remove_print_job(&cluster.cluster_id, &job.uuid).wait();

        remove.await.expect("it is removed");
    };
    run(&farm, &client, &file, remove).await.expect("an end");
    assert_eq!(changes(&farm), [ChangeKind::JobQueued, ChangeKind::JobRemoved]);
}

/// Runs the program on a farm whose only printer is occupied. Nothing is seen of the job before it is
/// removed and something was done to the farm; gives how often it was asked for then.
async fn removed_unseen(then: impl FnOnce(&StandIn)) -> usize {
    let (farm, client, file) = farm(Duration::from_secs(10)).await;
    let cluster = client.get_clusters().send().await.expect("a page").items.swap_remove(0);
    client.print(&cluster.cluster_id, &file).send().await.expect("a job before it");

    let blind = std::iter::repeat_n(Fault::Status(503), 100);
    farm.inject_faults("get_cluster_status", std::iter::once(Fault::None).chain(blind));

    let remove = async {
        while polls(&farm) < 2 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }

        let changes = farm.changes();
        let job = changes.iter().rfind(|change| change.kind == ChangeKind::JobQueued);
        let uuid = job.expect("a job").subject.clone();
        let remove = client.remove_print_job(&cluster.cluster_id, &uuid).send();
        remove.await.expect("an action");
        farm.advance(Duration::from_secs(60));
        farm.clear_faults();
        then(&farm);

        format!("/print_jobs/{uuid}")
    };
    let both = async { tokio::join!(front_page(client.clone(), &file), remove) };
    let both = tokio::time::timeout(Duration::from_secs(60), both).await;
    let (ended, job) = both.expect("the program ends");
    ended.expect("no refusal");

    assert_eq!(changes(&farm), [ChangeKind::JobQueued, ChangeKind::JobRemoved]);
    farm.requests().iter().filter(|request| request.path.ends_with(&job)).count()
}

#[tokio::test]
async fn it_ends_when_the_job_is_removed_before_it_is_seen() {
    assert_eq!(removed_unseen(|_| {}).await, 1);
}

#[tokio::test]
async fn it_ends_when_nobody_knows_the_job_but_not_at_once() {
    let unknown = || std::iter::repeat_n(Fault::Status(404), 100);
    let asked = removed_unseen(|farm| farm.inject_faults("get_print_job", unknown())).await;
    assert_eq!(asked, 4, "for a minute: a status and a question take ten seconds each here");
}

#[tokio::test]
async fn it_ends_well_when_the_job_awaits_approval() {
    let (farm, client, file) = farm(Duration::from_secs(60)).await;
    let settings = OrganizationSettings::new().require_print_approval(true);
    client.update_settings(settings).send().await.expect("settings");
    front_page(client.clone(), &file).await.expect("no failure");

    assert_eq!(polls(&farm), 1, "nothing to watch");
    let waiting = client.get_print_jobs().status([PrintJobState::WaitApproval]).send().await;
    assert_eq!(waiting.expect("a page").items.len(), 1);
}

#[tokio::test]
async fn it_ends_with_the_refusal_when_it_may_not_look_any_more() {
    for status in [401, 403, 404] {
        let (farm, client, file) = farm(Duration::ZERO).await;
        let refuse = async || farm.inject_faults("get_cluster_status", [Fault::Status(status)]);
        let error = run(&farm, &client, &file, refuse).await.expect_err("a refusal");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(status), "{error}");
    }
}
