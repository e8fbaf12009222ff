//! The programs that people run first, run: each as a process of its own, against a farm.

#[cfg(unix)]
mod terminal;

use std::path::PathBuf;
use std::process::{Output, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use connect_api::Client;
use connect_api::models::OrganizationSettings;
use connect_codegen::openapi::document::sha256;
use connect_stand_in::{ChangeKind, Farm, StandIn};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Command;

/// No test depends on this time; it ends programs that would otherwise hang.
const LONG: Duration = Duration::from_secs(120);

const HOUR: Duration = Duration::from_secs(3600);
const MINUTE: Duration = Duration::from_secs(60);

/// The program of an example, as it is in the sources now.
fn example(name: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();

    let folder = FOLDER.get_or_init(|| {
        // The features are those of the whole workspace, so that what `cargo test` has built serves.
        let mut build = std::process::Command::new(env!("CARGO"));
        let build = build.args(["build", "--workspace", "--examples", "--frozen", "--quiet"]);
        let built = build.output().expect("cargo runs");
        let said = String::from_utf8_lossy(&built.stderr);

        assert!(built.status.success(), "the examples do not build: {said}");
        let test = std::env::current_exe().expect("a path");

        // This test is in `target/debug/deps`.
        let built = test.ancestors().nth(2).expect("a folder");
        built.join("examples")
    });

    folder.join(name).with_extension(std::env::consts::EXE_EXTENSION)
}

/// Lets a program run to its end.
async fn run(command: &mut Command) -> Output {
    let child = command.stdin(Stdio::null()).kill_on_drop(true).output();
    tokio::time::timeout(LONG, child).await.expect("it ends").expect("it starts")
}

/// An example that is to talk to this farm.
fn at(farm: &StandIn, name: &str) -> Command {
    let mut command = Command::new(example(name));
    command.env("CONNECT_API_URL", farm.base_url()).env("CONNECT_API_TOKEN", farm.token());
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

/// What a program wrote that ended well.
async fn output(command: &mut Command) -> String {
    let output = run(command).await;
    assert!(output.status.success(), "{}: {}", output.status, text(&output.stderr));
    text(&output.stdout)
}

async fn start(farm: Farm) -> StandIn {
    StandIn::builder().farm(farm).start().await.expect("a stand-in")
}

fn client(farm: &StandIn) -> Client {
    let builder = Client::builder().base_url(farm.base_url()).token(farm.token());
    builder.build().expect("a client")
}

/// The id of the first cluster of a farm, and the UUID of its first printer.
async fn first(farm: &StandIn) -> (String, String) {
    let clusters = client(farm).get_clusters().send().await.expect("a page");
    let cluster = clusters.into_iter().next().expect("a cluster");
    let printer = cluster.host_printer.and_then(|printer| printer.uuid).expect("a printer");
    (cluster.cluster_id, printer)
}

#[tokio::test(flavor = "multi_thread")]
async fn fleet_status_shows_each_printer() {
    let farm = start(Farm::new()).await;
    insta::assert_snapshot!(output(&mut at(&farm, "fleet_status")).await);
}

/// An example that finds no service, and is to bring its own.
fn alone(name: &str) -> Command {
    let mut command = Command::new(example(name));
    command.env_remove("CONNECT_API_URL").env_remove("CONNECT_API_TOKEN");
    command
}

const PRINTERS: [&str; 8] =
    ["Atlas", "Borea", "Ceres", "Dione", "Europa", "Fornax", "Ganymede", "Hyperion"];

#[tokio::test(flavor = "multi_thread")]
async fn the_programs_need_no_service() {
    let said = output(&mut alone("upload_material")).await;
    assert!(said.starts_with("nothing.umm is uploaded as "), "{said}");

    let table = output(&mut alone("fleet_status")).await;
    for printer in PRINTERS {
        assert!(table.contains(printer), "{printer}: {table}");
    }

    let said = output(&mut alone("print_and_wait")).await;
    assert!(
        said.ends_with(" is queued on Cluster 1\ngear.ufp has finished after 1800s\n"),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_has_enough_is_no_failure() {
    let mut command = alone("watch_cluster");
    let command = command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().expect("it starts");
    let mut lines = BufReader::new(child.stdout.take().expect("an output")).lines();
    let mut said = Vec::new();

    while said.len() < 3 {
        let line = tokio::time::timeout(LONG, lines.next_line()).await.expect("a line in time");
        said.push(line.expect("text").expect("a line"));
    }

    assert_eq!(said[0], "watching Workshop");
    assert!(
        said[1..].iter().all(|line| line.starts_with("job `") || line.starts_with("printer `"))
    );

    drop(lines);
    let ended = tokio::time::timeout(LONG, child.wait_with_output()).await.expect("it ends");
    let ended = ended.expect("an end");

    assert!(ended.status.success(), "{}: {}", ended.status, text(&ended.stderr));
    assert!(!text(&ended.stderr).contains("error"), "{}", text(&ended.stderr));
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn an_output_that_is_full_is_a_failure_and_no_panic() {
    let full = std::fs::File::options().write(true).open("/dev/full").expect("the full device");
    let child = alone("fleet_status").stdout(full).stderr(Stdio::piped()).spawn();
    let ended = tokio::time::timeout(LONG, child.expect("it starts").wait_with_output()).await;
    let ended = ended.expect("it ends").expect("an end");
    let said = text(&ended.stderr);

    assert_eq!(ended.status.code(), Some(1), "{said}");
    assert!(said.contains("error: cannot write to the standard output: "), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_narrow_table_breaks_its_words_and_not_its_lines() {
    let farm = start(Farm::new().tick(Duration::ZERO)).await;
    let table = output(at(&farm, "fleet_status").env("COLUMNS", "40")).await;
    let widest = table.lines().map(|line| line.chars().count()).max();

    assert_eq!(widest, Some(40), "{table}");
    let wide = output(at(&farm, "fleet_status").env("COLUMNS", "200")).await;
    assert_eq!(wide, output(&mut at(&farm, "fleet_status")).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_printed_elsewhere_that_nobody_named() {
    let farm = start(Farm::with_size(1, 1)).await;
    let (cluster, _) = first(&farm).await;
    farm.take_requests();

    for arguments in [&[][..], &[&*cluster], &[&*cluster, "a file", "another"]] {
        let refused = run(at(&farm, "print_and_wait").args(arguments)).await;
        let said = text(&refused.stderr);
        assert_eq!(refused.status.code(), Some(1), "{said}");
        assert!(said.contains("a cluster's id and a print file's id"), "{said}");
    }

    assert_eq!(farm.requests().len(), 0, "nothing was even asked for");
}

#[tokio::test(flavor = "multi_thread")]
async fn fleet_status_says_what_is_wrong_without_the_token() {
    let farm = start(Farm::new()).await;
    let mut command = at(&farm, "fleet_status");
    let refused = run(command.env("CONNECT_API_TOKEN", "a-wrong-secret")).await;
    let said = text(&refused.stderr);

    assert!(!refused.status.success() && said.contains("tokenExpired"), "{said}");
    assert!(!said.contains("a-wrong-secret"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn watch_cluster_tells_what_happens() {
    let farm = start(Farm::with_size(1, 2).tick(20 * MINUTE)).await;
    let (cluster, _) = first(&farm).await;
    let client = client(&farm);

    for name in ["gear.ufp", "vase.ufp", "cup.ufp"] {
        let file = farm.add_file(name, 2 * HOUR);
        client.print(&cluster, file).send().await.expect("a job");
    }

    let mut command = at(&farm, "watch_cluster");
    insta::assert_snapshot!(output(command.args([&*cluster, "11"])).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn print_and_wait_waits_for_the_end() {
    let farm = start(Farm::with_size(1, 1).tick(5 * MINUTE)).await;
    let (cluster, _) = first(&farm).await;
    let file = farm.add_file("gear.ufp", HOUR);
    let mut command = at(&farm, "print_and_wait");
    let said = output(command.args([&cluster, &file])).await;
    let finished = farm.changes().into_iter().find(|change| change.kind == ChangeKind::JobFinished);
    let job = finished.expect("the job has finished").subject;
    let expected = format!("job {job} is queued on Cluster 1\ngear.ufp has finished after 3600s\n");

    assert_eq!(said, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn print_and_wait_fails_with_the_print() {
    let farm = start(Farm::with_size(1, 1).tick(MINUTE)).await;
    let (cluster, printer) = first(&farm).await;
    let file = farm.add_file("gear.ufp", 10 * HOUR);
    let mut command = at(&farm, "print_and_wait");

    let broken = async {
        while !farm.changes().iter().any(|change| change.kind == ChangeKind::JobStarted) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        farm.break_printer(&cluster, &printer, "AIR_MANAGER_FILTER_MISSING");
    };
    let (ended, ()) = tokio::join!(run(command.args([&cluster, &file])), broken);
    let said = text(&ended.stderr);

    assert!(!ended.status.success() && said.contains("has not been printed: failed"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn print_and_wait_leaves_a_print_to_whoever_approves_it() {
    let farm = start(Farm::with_size(1, 1).tick(MINUTE)).await;
    let (cluster, _) = first(&farm).await;
    let settings = OrganizationSettings::new().require_print_approval(true);
    client(&farm).update_settings(settings).send().await.expect("settings");

    let file = farm.add_file("gear.ufp", HOUR);
    let said = output(at(&farm, "print_and_wait").args([&cluster, &file])).await;
    assert_eq!(said, "sent to Cluster 1, where it awaits approval\n");
    assert_eq!(farm.approve_jobs(&cluster), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn upload_material_sends_the_file() {
    let farm = start(Farm::with_size(1, 1)).await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("cura.umm");
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|at| (at % 251) as u8).collect();
    std::fs::write(&file, &bytes).expect("a file");

    let said = output(at(&farm, "upload_material").arg(&file)).await;
    let [upload] = &farm.uploads()[..] else { panic!("one upload") };
    assert_eq!(said, format!("cura.umm is uploaded as {}\n", upload.id));

    let [attempt] = &upload.attempts[..] else { panic!("one attempt") };
    assert_eq!((attempt.size, &attempt.sha256), (3_000_000, &sha256(&bytes)));
    assert_eq!((attempt.authorized, attempt.status), (false, Some(200)));
}
