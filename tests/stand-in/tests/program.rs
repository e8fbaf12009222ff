//! The stand-in as a program: what it says, and that what it says is true.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdin, Command, Output, Stdio};

use connect_api::{CallOptions, Client, RetryPolicy};

/// The program, and the lines that it says at its start. It ends when this is dropped.
struct Program {
    child: Child,
    stdin: Option<ChildStdin>,
    lines: Vec<String>,
}

impl Program {
    /// Starts it with these arguments, and reads so many lines.
    fn start(arguments: &[&str], lines: usize) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_connect-stand-in"));
        let command = command.arg("--until-stdin-closes").args(arguments);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it starts");
        let said = BufReader::new(child.stdout.take().expect("an output"));
        let lines = said.lines().take(lines).map(|line| line.expect("a line")).collect();

        Self { stdin: child.stdin.take(), child, lines }
    }

    /// What follows these words in one of the lines.
    fn said(&self, words: &str) -> Vec<&str> {
        self.lines.iter().filter_map(|line| line.strip_prefix(words)).collect()
    }

    fn client(&self) -> Client {
        let url = self.said("stand-in of the Connect API at ")[0];
        let builder = Client::builder().base_url(url).token(self.said("bearer token: ")[0]);
        builder.build().expect("a client")
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.stdin.take());
        // It ends by itself now; a failed test has said why already.
        let _ = self.child.wait();
    }
}

fn refused(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_connect-stand-in"));
    command.args(arguments).stdin(Stdio::null()).output().expect("it runs")
}

#[tokio::test]
async fn what_it_prints_is_enough_to_print() {
    let program = Program::start(&["--quiet", "--speed", "100000"], 7);
    let client = program.client();
    let clusters = client.get_clusters().send().await.expect("a page");

    assert_eq!(clusters.items.len(), 3);
    let files = program.said("file to print: ");
    let (file, name) = files[0].split_once(' ').expect("an id and a name");
    assert_eq!((files.len(), name), (5, "gear.ufp"));

    let cluster = &clusters.items[1].cluster_id;
    let job = client.print(cluster, file).send().await.expect("a job");
    let job = job.job_instance_uuid.expect("a UUID");

    // A day of the farm passes in a second.
    while client.get_print_job(cluster, &job).send().await.expect("a job").state.as_str()
        != "history"
    {}
}

#[tokio::test]
async fn its_size_is_what_was_asked_for() {
    let program = Program::start(&["--clusters", "20", "--printers", "3", "--speed", "0"], 2);
    let page = program.client().get_clusters().limit(7).send().await.expect("a page");
    assert_eq!((page.total_count(), page.total_pages()), (Some(20), Some(3)));
    assert!(page.items.iter().all(|cluster| cluster.printer_count == Some(3)));
}

#[tokio::test]
async fn it_can_answer_with_the_examples_alone() {
    let program = Program::start(&["--examples"], 2);
    let page = program.client().get_clusters().send().await.expect("a page");
    assert_eq!(page.items[0].friendly_name.as_deref(), Some("Master-Luke"));
}

#[tokio::test]
async fn it_fails_as_often_as_it_is_told_to() {
    let program = Program::start(&["--fail-one-in", "2", "--quiet"], 2);
    let once = CallOptions::new().retry(RetryPolicy::never());
    let client = program.client();
    let mut failed = Vec::new();

    for _ in 0..4 {
        failed.push(client.get_clusters().with(once.clone()).send().await.is_err());
    }

    assert_eq!(failed, [false, true, false, true]);
}

#[test]
fn wrong_arguments_and_a_port_that_is_taken_are_told() {
    let said = |output: &Output| String::from_utf8_lossy(&output.stderr).into_owned();
    let contradiction = refused(&["--examples", "--printers", "3"]);
    assert_eq!(contradiction.status.code(), Some(2));
    assert!(said(&contradiction).contains("--examples"), "{}", said(&contradiction));

    for speed in ["100001", "4294967295"] {
        let too_fast = refused(&["--speed", speed]);
        assert_eq!(too_fast.status.code(), Some(2));
        assert!(said(&too_fast).contains("--speed"), "{}", said(&too_fast));
    }

    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let refused = refused(&["--port", &port]);

    assert_eq!(refused.status.code(), Some(2));
    assert!(
        said(&refused).contains(&format!("cannot listen on port {port}")),
        "{}",
        said(&refused)
    );
}
