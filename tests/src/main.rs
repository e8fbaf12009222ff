//! The stand-in server of the Connect API, as a program.

use std::io::Write as _;
use std::process::ExitCode;
use std::time::{Duration, SystemTime};

use clap::Parser;
use connect_tests::StandIn;
use connect_tests::stand_in::farm::Farm;
use tokio::sync::oneshot;

/// A server on the loopback that stands in for the Connect API: a farm without printers.
///
/// It prints the address and the token that a client needs. Jobs can be printed, paused, moved and
/// aborted, printers renamed and updated, materials uploaded; every answer is as the API's document
/// says. New jobs show in lists after ten seconds, as they can with the service. Unless it is quiet,
/// jobs arrive and printers drop off by themselves.
#[derive(Parser)]
#[command(name = "stand-in")]
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
    /// How many times as fast as real time the farm's clock goes; 0 stops it.
    #[arg(long, value_name = "N", default_value_t = 1)]
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
    /// Stop when the standard input closes, for a parent process that ends without a signal.
    #[arg(long)]
    until_stdin_closes: bool,
}

impl Arguments {
    fn farm(&self) -> Farm {
        let farm = match (self.clusters, self.printers) {
            (None, None) => Farm::new(),
            (clusters, printers) => Farm::sized(clusters.unwrap_or(1), printers.unwrap_or(1)),
        };
        let farm = farm.starts_at(SystemTime::now().into()).speed(self.speed);
        let farm = farm.listing_delay(Duration::from_secs(10));
        if self.quiet { farm } else { farm.lively(self.seed) }
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let builder = StandIn::builder().port(arguments.port);
    let builder = if arguments.examples { builder } else { builder.farm(arguments.farm()) };
    let stand_in = match builder.start().await {
        Ok(stand_in) => stand_in,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(2);
        }
    };
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
