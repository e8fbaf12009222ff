//! The program: its output, its options and its errors.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdin, Command, Output, Stdio};

use connect_api::{CallOptions, Client, RetryPolicy};

/// The running program, and the first lines of its output. It stops when this is dropped.
struct Program {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Vec<String>,
}

impl Program {
    /// Starts the program, and reads `line_count` lines.
    fn start(arguments: &[&str], line_count: usize) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_connect-stand-in"));
        command.arg("--until-stdin-closes").args(arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());

        let mut child = command.spawn().expect("a process");
        let stdout = BufReader::new(child.stdout.take().expect("an output"));
        let lines = stdout.lines().take(line_count).map(|line| line.expect("a line")).collect();

        Self { stdin: child.stdin.take(), child, lines }
    }

    /// The rest of each line that has this prefix.
    fn values(&self, prefix: &str) -> Vec<&str> {
        self.lines.iter().filter_map(|line| line.strip_prefix(prefix)).collect()
    }

    fn client(&self) -> Client {
        let url = self.values("stand-in of the Connect API at ")[0];
        let token = self.values("bearer token: ")[0];
        Client::builder().base_url(url).token(token).build().expect("a client")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.stdin.take());
        // The program ends when its input closes. Its status does not matter here.
        let _ = self.child.wait();
    }
}

/// Runs the program until it exits.
fn run(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_connect-stand-in"));
    command.args(arguments).stdin(Stdio::null()).output().expect("an output")
}

#[tokio::test]
async fn output_has_all_that_a_client_needs_to_print() {
    let program = Program::start(&["--quiet", "--speed", "100000"], 7);
    let client = program.client();
    let clusters = client.get_clusters().send().await.expect("a page");
    assert_eq!(clusters.items.len(), 3);

    let files = program.values("file to print: ");
    let (file, name) = files[0].split_once(' ').expect("an id and a name");
    assert_eq!((files.len(), name), (5, "gear.ufp"));

    let cluster = &clusters.items[1].cluster_id;
    let job = client.print(cluster, file).send().await.expect("a job");
    let job = job.job_instance_uuid.expect("a UUID");

    // A day of the farm takes a second.
    while client.get_print_job(cluster, &job).send().await.expect("a job").state.as_str()
        != "history"
    {}
}

#[tokio::test]
async fn clusters_and_printers_options_set_the_size_of_the_farm() {
    let program = Program::start(&["--clusters", "20", "--printers", "3", "--speed", "0"], 2);
    let page = program.client().get_clusters().limit(7).send().await.expect("a page");
    assert_eq!((page.total_count(), page.total_pages()), (Some(20), Some(3)));
    assert!(page.items.iter().all(|cluster| cluster.printer_count == Some(3)));
}

#[tokio::test]
async fn examples_option_responds_with_examples() {
    let program = Program::start(&["--examples"], 2);
    let page = program.client().get_clusters().send().await.expect("a page");
    assert_eq!(page.items[0].friendly_name.as_deref(), Some("Master-Luke"));
}

#[tokio::test]
async fn fail_one_in_option_lets_every_nth_request_fail() {
    let program = Program::start(&["--fail-one-in", "2", "--quiet"], 2);
    let no_retry = CallOptions::new().retry(RetryPolicy::never());
    let client = program.client();
    let mut failures = Vec::new();

    for _ in 0..4 {
        failures.push(client.get_clusters().with(no_retry.clone()).send().await.is_err());
    }

    assert_eq!(failures, [false, true, false, true]);
}

#[test]
fn invalid_arguments_exit_with_status_2_and_a_message() {
    for (arguments, message) in [
        (&["--examples", "--printers", "3"][..], "--examples"),
        (&["--speed", "100001"], "--speed"),
        (&["--speed", "4294967295"], "--speed"),
    ] {
        let output = run(arguments);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr.contains(message), "{arguments:?}: {stderr}");
    }
}

#[test]
fn occupied_port_exits_with_status_2_and_a_message() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port().to_string();

    let output = run(&["--port", &port]);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr.contains(&format!("cannot listen on port {port}")), "{stderr}");
}
