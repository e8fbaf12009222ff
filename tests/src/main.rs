//! The stand-in server of the Connect API, as a program.

use std::process::ExitCode;

use clap::Parser;
use connect_tests::StandIn;
use tokio::sync::oneshot;

/// A server on the loopback that stands in for the Connect API.
#[derive(Parser)]
#[command(name = "stand-in")]
struct Arguments {
    /// The port to listen on; a free one unless given.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Stop when the standard input closes, for a parent process that ends without a signal.
    #[arg(long)]
    until_stdin_closes: bool,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let stand_in = match StandIn::builder().port(arguments.port).start().await {
        Ok(stand_in) => stand_in,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(2);
        }
    };
    println!("{stand_in}");
    println!("bearer token: {}", stand_in.token());
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
