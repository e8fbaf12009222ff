//! What the client makes of a service that fails, counted by what the service saw.

mod blocking;
mod bodies;
mod cancel;
mod connections;
mod matrix;
mod tokens;
mod waits;

use std::time::Duration;

use connect_api::models::ClusterNoteUpdateRequest;
use connect_api::{CallOptions, Client, Error, RetryPolicy};
use connect_stand_in::StandIn;

/// No test depends on this time; it ends those that would otherwise hang.
const LONG: Duration = Duration::from_secs(60);

/// One call of each kind: what can be repeated, what must not, and a POST that can be repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Call {
    Status,
    Print,
    Note,
}

impl Call {
    const ALL: [Self; 3] = [Self::Status, Self::Print, Self::Note];

    fn operation(self) -> &'static str {
        match self {
            Self::Status => "get_cluster_status",
            Self::Print => "print",
            Self::Note => "update_cluster_note",
        }
    }

    fn is_repeatable(self) -> bool {
        self != Self::Print
    }

    /// Calls, and gives the answer as text.
    async fn send(self, client: &Client, options: CallOptions) -> Result<String, Error> {
        fn text(answer: impl std::fmt::Debug) -> String {
            format!("{answer:?}")
        }

        match self {
            Self::Status => client.get_cluster_status("c").with(options).send().await.map(text),
            Self::Print => client.print("c", "j").with(options).send().await.map(text),
            Self::Note => {
                let note = ClusterNoteUpdateRequest::new();
                client.update_cluster_note("c", note).with(options).send().await.map(text)
            }
        }
    }
}

/// A policy with waits of next to nothing.
fn quick(attempts: usize) -> RetryPolicy {
    let policy = RetryPolicy::default().max_attempts(attempts);
    policy.initial_backoff(Duration::from_millis(1)).max_backoff(Duration::from_millis(5))
}

fn retrying(attempts: usize) -> CallOptions {
    CallOptions::new().retry(quick(attempts))
}

fn client(stand_in: &StandIn) -> Client {
    let builder = Client::builder().base_url(stand_in.base_url()).token(stand_in.token());
    builder.build().expect("a client")
}

/// Waits for what the server is about to see.
async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let wait = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(LONG, wait).await.unwrap_or_else(|_| panic!("never: {what}"));
}
