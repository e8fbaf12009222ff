//! The stand-in server of the Connect API, as a program.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use clap::Parser;
use connect_stand_in::farm::Farm;
use connect_stand_in::{BodyLength, Fault, StandIn};
use tokio::sync::oneshot;

/// A server on the loopback that stands in for the Connect API: a farm without printers.
///
/// It prints the address and the token that a client needs. Jobs can be printed, paused, moved and
/// aborted, printers renamed and updated, materials uploaded; every answer is as the API's document
/// says. New jobs show in lists after ten seconds, as they can with the service. Unless it is quiet,
/// jobs arrive and printers drop off by themselves.
#[derive(Parser)]
struct Arguments {
    /// The port to listen on; a free one unless given.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// So many clusters, instead of a small workshop of three with eight printers in all.
    #[arg(long, value_name = "N")]
    clusters: Option<usize>,
    /// So many printers in each cluster.
    #[arg(long, value_name = "N")]
    printers: Option<usize>,
    /// How many times as fast as real time the farm's clock goes, 100000 at most; 0 stops it.
    #[arg(long, value_name = "N", default_value_t = 1,
        value_parser = clap::value_parser!(u32).range(..=100_000))]
    speed: u32,
    /// What chance begins with: the same farm has the same day for the same seed.
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Nothing happens but what is asked for.
    #[arg(long, conflicts_with = "seed")]
    quiet: bool,
    /// Answer with the document's examples, without any state.
    #[arg(long, conflicts_with_all = ["clusters", "printers", "speed", "seed", "quiet"])]
    examples: bool,
    /// Let one request in so many go wrong, in the ways that networks and services have.
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
        let farm = farm.start_time(SystemTime::now().into()).speed(self.speed).tick(Duration::ZERO);
        let farm = farm.listing_delay(Duration::from_secs(10));

        if self.quiet { farm } else { farm.random_events(self.seed) }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // Nobody could ask for the requests.
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

    if let Some(every) = arguments.fail_one_in {
        stand_in.inject_fault_every(every as usize, faults());
    }

    let mut lines = format!("{stand_in}\nbearer token: {}\n", stand_in.token());
    if !arguments.examples {
        for file in stand_in.files() {
            lines.push_str(&format!("file to print: {} {}\n", file.job_id, file.name));
        }
    }

    // Who reads no further than the token is served all the same.
    let _ = std::io::stdout().write_all(lines.as_bytes());
    tokio::select! {
        // Without a handler for the signal, the signal itself ends the process.
        Ok(()) = tokio::signal::ctrl_c() => {}
        () = stdin_closed(), if arguments.until_stdin_closes => {}
        else => std::future::pending().await,
    }

    ExitCode::SUCCESS
}

/// What goes wrong where nobody says what.
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

/// Reads on a thread of its own, which does not keep the process from ending.
async fn stdin_closed() {
    let (closed, wait) = oneshot::channel();
    std::thread::spawn(move || {
        // Closed or broken is the same here.
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        let _ = closed.send(());
    });
    let _ = wait.await;
}
