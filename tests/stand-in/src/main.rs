//! The stand-in server of the Connect API, as a program.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use clap::Parser;
use connect_stand_in::farm::Farm;
use connect_stand_in::{BodyLength, Fault, StandIn};
use tokio::sync::oneshot;

/// A mock server for the Connect API, with a simulated farm of printers.
///
/// The server listens on the loopback interface, and prints the base URL and the token for a
/// client. Jobs can be printed, paused, moved and aborted, printers renamed and updated, materials
/// uploaded. Each response conforms to the API's document. New jobs appear in lists after ten
/// seconds, as they can with the service. Without --quiet, random events happen: jobs arrive and
/// printers go offline.
#[derive(Parser)]
struct Arguments {
    /// The port to listen on; 0 selects a free port.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// The number of clusters. Without --clusters and --printers, the farm has three clusters with
    /// eight printers in total.
    #[arg(long, value_name = "N")]
    clusters: Option<usize>,
    /// The number of printers in each cluster.
    #[arg(long, value_name = "N")]
    printers: Option<usize>,
    /// The speed of the farm's clock, relative to real time, 100000 at most; 0 stops the clock.
    #[arg(long, value_name = "N", default_value_t = 1,
        value_parser = clap::value_parser!(u32).range(..=100_000))]
    speed: u32,
    /// The seed of the random events. The same seed gives the same events.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Disable random events.
    #[arg(long, conflicts_with = "seed")]
    quiet: bool,
    /// Respond with the document's examples, without any state.
    #[arg(long, conflicts_with_all = ["clusters", "printers", "speed", "seed", "quiet"])]
    examples: bool,
    /// Let one request in N fail, with the errors that networks and services have.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    fail_one_in: Option<u32>,
    /// Stop when the standard input closes, for a parent process that ends without a signal.
    #[arg(long)]
    until_stdin_closes: bool,
}

impl Arguments {
    fn farm(&self) -> Farm {
        let farm = match (self.clusters, self.printers) {
            (None, None) => Farm::new(),
            (clusters, printers) => Farm::with_size(clusters.unwrap_or(1), printers.unwrap_or(1)),
        };
        let farm = farm
            .start_time(SystemTime::now().into())
            .speed(self.speed)
            .tick(Duration::ZERO)
            .listing_delay(Duration::from_secs(10));

        if self.quiet { farm } else { farm.random_events(self.seed) }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();

    // The program has no way to return recorded requests.
    let builder = StandIn::builder().port(arguments.port).keep_requests(0);
    let builder = match arguments.examples {
        true => builder.examples(),
        false => builder.farm(arguments.farm()),
    };

    let stand_in = match builder.start().await {
        Ok(stand_in) => stand_in,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(2);
        }
    };

    if let Some(interval) = arguments.fail_one_in {
        stand_in.inject_fault_every(interval as usize, faults());
    }

    print_connection_details(&stand_in, !arguments.examples);
    wait_for_exit(arguments.until_stdin_closes).await;

    ExitCode::SUCCESS
}

fn print_connection_details(stand_in: &StandIn, has_farm: bool) {
    let mut lines = format!("{stand_in}\nbearer token: {}\n", stand_in.token());
    if has_farm {
        for file in stand_in.files() {
            lines.push_str(&format!("file to print: {} {}\n", file.job_id, file.name));
        }
    }

    // A reader that closes the pipe early still uses the server.
    let _ = std::io::stdout().write_all(lines.as_bytes());
}

/// The faults of `--fail-one-in`.
fn faults() -> Vec<Fault> {
    vec![
        Fault::Status(500),
        Fault::Disconnect,
        Fault::RetryAfter(503, "1".to_owned()),
        Fault::DisconnectMidBody(BodyLength::ContentLength),
        Fault::Gateway(502),
        Fault::Delay(Duration::from_secs(2)),
        Fault::RetryAfter(429, "1".to_owned()),
        Fault::TruncatedBody,
    ]
}

async fn wait_for_exit(until_stdin_closes: bool) {
    tokio::select! {
        // If no handler can be installed, the signal ends the process by itself.
        Ok(()) = tokio::signal::ctrl_c() => {}
        () = stdin_closed(), if until_stdin_closes => {}
        else => std::future::pending().await,
    }
}

/// Waits until the standard input closes. The thread that reads it does not block the exit.
async fn stdin_closed() {
    let (closed, wait) = oneshot::channel();
    std::thread::spawn(move || {
        // A read error also means that the input is closed.
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        let _ = closed.send(());
    });
    let _ = wait.await;
}
