//! The example programs of the crate, each run as a process against a farm.

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

/// A timeout for programs that would otherwise hang; no result depends on it.
const LONG: Duration = Duration::from_secs(120);

const HOUR: Duration = Duration::from_secs(3600);
const MINUTE: Duration = Duration::from_secs(60);

/// The path of an example program, which is built first.
fn example(name: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();

    let folder = FOLDER.get_or_init(|| {
        // The features are those of the workspace, so that cargo reuses what `cargo test` built.
        let mut build = std::process::Command::new(env!("CARGO"));
        let build = build.args(["build", "--workspace", "--examples", "--frozen", "--quiet"]);
        let output = build.output().expect("run cargo");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "the examples do not build: {errors}");

        // This test is in `target/debug/deps`.
        let test = std::env::current_exe().expect("the path of this test");
        test.ancestors().nth(2).expect("the build folder").join("examples")
    });

    folder.join(name).with_extension(std::env::consts::EXE_EXTENSION)
}

/// Runs a program to its end.
async fn run(command: &mut Command) -> Output {
    let child = command.stdin(Stdio::null()).kill_on_drop(true).output();
    tokio::time::timeout(LONG, child).await.expect("the program ends").expect("start the program")
}

/// An example program that uses this farm.
fn example_on(farm: &StandIn, name: &str) -> Command {
    let mut command = Command::new(example(name));
    command.env("CONNECT_API_URL", farm.base_url()).env("CONNECT_API_TOKEN", farm.token());
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

/// The standard output of a program that succeeds.
async fn output(command: &mut Command) -> String {
    let output = run(command).await;
    assert!(output.status.success(), "{}: {}", output.status, text(&output.stderr));
    text(&output.stdout)
}

async fn start_farm(farm: Farm) -> StandIn {
    StandIn::builder().farm(farm).start().await.expect("a stand-in")
}

fn client(farm: &StandIn) -> Client {
    let builder = Client::builder().base_url(farm.base_url()).token(farm.token());
    builder.build().expect("a client")
}

/// The id of the first cluster of a farm, and the UUID of its first printer.
async fn first_cluster_and_printer(farm: &StandIn) -> (String, String) {
    let clusters = client(farm).get_clusters().send().await.expect("a page");
    let cluster = clusters.into_iter().next().expect("a cluster");
    let printer = cluster.host_printer.and_then(|printer| printer.uuid).expect("a printer");
    (cluster.cluster_id, printer)
}

#[tokio::test(flavor = "multi_thread")]
async fn fleet_status_shows_each_printer() {
    let farm = start_farm(Farm::new()).await;
    insta::assert_snapshot!(output(&mut example_on(&farm, "fleet_status")).await);
}

/// An example program without a server, which starts a farm itself.
fn example_without_server(name: &str) -> Command {
    let mut command = Command::new(example(name));
    command.env_remove("CONNECT_API_URL").env_remove("CONNECT_API_TOKEN");
    command
}

const PRINTERS: [&str; 8] =
    ["Atlas", "Borea", "Ceres", "Dione", "Europa", "Fornax", "Ganymede", "Hyperion"];

#[tokio::test(flavor = "multi_thread")]
async fn examples_start_a_farm_when_no_server_is_set() {
    let stdout = output(&mut example_without_server("upload_material")).await;
    assert!(stdout.starts_with("nothing.umm is uploaded as "), "{stdout}");

    let table = output(&mut example_without_server("fleet_status")).await;
    for printer in PRINTERS {
        assert!(table.contains(printer), "{printer}: {table}");
    }

    let stdout = output(&mut example_without_server("print_and_wait")).await;
    assert!(
        stdout.ends_with(" is queued on Cluster 1\ngear.ufp has finished after 1800s\n"),
        "{stdout}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn closed_output_pipe_is_no_failure() {
    let mut command = example_without_server("watch_cluster");
    let command = command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().expect("start the program");
    let mut lines = BufReader::new(child.stdout.take().expect("the output of the program")).lines();
    let mut output = Vec::new();

    while output.len() < 3 {
        let line =
            tokio::time::timeout(LONG, lines.next_line()).await.expect("a line before the timeout");
        output.push(line.expect("text").expect("a line"));
    }

    assert_eq!(output[0], "watching Workshop");
    assert!(
        output[1..].iter().all(|line| line.starts_with("job `") || line.starts_with("printer `"))
    );

    drop(lines);
    let ended =
        tokio::time::timeout(LONG, child.wait_with_output()).await.expect("the program ends");
    let ended = ended.expect("an exit status");

    assert!(ended.status.success(), "{}: {}", ended.status, text(&ended.stderr));
    assert!(!text(&ended.stderr).contains("error"), "{}", text(&ended.stderr));
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn full_output_device_is_a_failure_and_no_panic() {
    let full = std::fs::File::options().write(true).open("/dev/full").expect("the full device");
    let child = example_without_server("fleet_status").stdout(full).stderr(Stdio::piped()).spawn();
    let ended =
        tokio::time::timeout(LONG, child.expect("start the program").wait_with_output()).await;
    let ended = ended.expect("the program ends").expect("an exit status");
    let stderr = text(&ended.stderr);

    assert_eq!(ended.status.code(), Some(1), "{stderr}");
    assert!(stderr.contains("error: cannot write to the standard output: "), "{stderr}");
}

#[tokio::test(flavor = "multi_thread")]
async fn narrow_table_wraps_words_inside_its_columns() {
    let farm = start_farm(Farm::new().tick(Duration::ZERO)).await;
    let table = output(example_on(&farm, "fleet_status").env("COLUMNS", "40")).await;
    let widest = table.lines().map(|line| line.chars().count()).max();

    assert_eq!(widest, Some(40), "{table}");
    let wide = output(example_on(&farm, "fleet_status").env("COLUMNS", "200")).await;
    assert_eq!(wide, output(&mut example_on(&farm, "fleet_status")).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn print_and_wait_requires_both_arguments_with_a_server() {
    let farm = start_farm(Farm::with_size(1, 1)).await;
    let (cluster, _) = first_cluster_and_printer(&farm).await;
    farm.take_requests();

    for arguments in [&[][..], &[&*cluster], &[&*cluster, "a file", "another"]] {
        let refused = run(example_on(&farm, "print_and_wait").args(arguments)).await;
        let stderr = text(&refused.stderr);
        assert_eq!(refused.status.code(), Some(1), "{stderr}");
        assert!(stderr.contains("a cluster's id and a print file's id"), "{stderr}");
    }

    assert_eq!(farm.requests().len(), 0, "no request was sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn fleet_status_reports_a_wrong_token_without_showing_it() {
    let farm = start_farm(Farm::new()).await;
    let mut command = example_on(&farm, "fleet_status");
    let refused = run(command.env("CONNECT_API_TOKEN", "a-wrong-secret")).await;
    let stderr = text(&refused.stderr);

    assert!(!refused.status.success() && stderr.contains("tokenExpired"), "{stderr}");
    assert!(!stderr.contains("a-wrong-secret"), "{stderr}");
}

#[tokio::test(flavor = "multi_thread")]
async fn watch_cluster_prints_the_events() {
    let farm = start_farm(Farm::with_size(1, 2).tick(20 * MINUTE)).await;
    let (cluster, _) = first_cluster_and_printer(&farm).await;
    let client = client(&farm);

    for name in ["gear.ufp", "vase.ufp", "cup.ufp"] {
        let file = farm.add_file(name, 2 * HOUR);
        client.print(&cluster, file).send().await.expect("a job");
    }

    let mut command = example_on(&farm, "watch_cluster");
    insta::assert_snapshot!(output(command.args([&*cluster, "11"])).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn print_and_wait_waits_until_the_job_has_finished() {
    let farm = start_farm(Farm::with_size(1, 1).tick(5 * MINUTE)).await;
    let (cluster, _) = first_cluster_and_printer(&farm).await;
    let file = farm.add_file("gear.ufp", HOUR);
    let mut command = example_on(&farm, "print_and_wait");
    let stdout = output(command.args([&cluster, &file])).await;
    let finished = farm.changes().into_iter().find(|change| change.kind == ChangeKind::JobFinished);
    let job = finished.expect("the job has finished").subject;
    let expected = format!("job {job} is queued on Cluster 1\ngear.ufp has finished after 3600s\n");

    assert_eq!(stdout, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn print_and_wait_fails_when_the_job_fails() {
    let farm = start_farm(Farm::with_size(1, 1).tick(MINUTE)).await;
    let (cluster, printer) = first_cluster_and_printer(&farm).await;
    let file = farm.add_file("gear.ufp", 10 * HOUR);
    let mut command = example_on(&farm, "print_and_wait");

    let broken = async {
        while !farm.changes().iter().any(|change| change.kind == ChangeKind::JobStarted) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        farm.break_printer(&cluster, &printer, "AIR_MANAGER_FILTER_MISSING");
    };
    let (ended, ()) = tokio::join!(run(command.args([&cluster, &file])), broken);
    let stderr = text(&ended.stderr);

    assert!(!ended.status.success() && stderr.contains("has not been printed: failed"), "{stderr}");
}

#[tokio::test(flavor = "multi_thread")]
async fn print_and_wait_succeeds_when_the_job_awaits_approval() {
    let farm = start_farm(Farm::with_size(1, 1).tick(MINUTE)).await;
    let (cluster, _) = first_cluster_and_printer(&farm).await;
    let settings = OrganizationSettings::new().require_print_approval(true);
    client(&farm).update_settings(settings).send().await.expect("settings");

    let file = farm.add_file("gear.ufp", HOUR);
    let stdout = output(example_on(&farm, "print_and_wait").args([&cluster, &file])).await;
    assert_eq!(stdout, "sent to Cluster 1, where it awaits approval\n");
    assert_eq!(farm.approve_jobs(&cluster), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn upload_material_sends_the_file() {
    let farm = start_farm(Farm::with_size(1, 1)).await;
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("cura.umm");
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|index| (index % 251) as u8).collect();
    std::fs::write(&file, &bytes).expect("a file");

    let stdout = output(example_on(&farm, "upload_material").arg(&file)).await;
    let [upload] = &farm.uploads()[..] else { panic!("one upload") };
    assert_eq!(stdout, format!("cura.umm is uploaded as {}\n", upload.id));

    let [attempt] = &upload.attempts[..] else { panic!("one attempt") };
    assert_eq!((attempt.size, &attempt.sha256), (3_000_000, &sha256(&bytes)));
    assert_eq!((attempt.authorized, attempt.status), (false, Some(200)));
}
