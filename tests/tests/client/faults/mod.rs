//! The client against a server with faults. The server counts the requests.

mod blocking;
mod bodies;
mod cancel;
mod connections;
mod matrix;
mod retry_delays;
mod tokens;

use std::time::Duration;

use connect_api::models::ClusterNoteUpdateRequest;
use connect_api::{CallOptions, Client, Error, RetryPolicy};
use connect_stand_in::StandIn;

/// A timeout that ends tests which would otherwise hang.
const LONG: Duration = Duration::from_secs(60);

/// One call of each kind: idempotent, not idempotent, and an idempotent `POST`.
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

    fn is_idempotent(self) -> bool {
        self != Self::Print
    }

    /// Sends the call, and returns the response as text.
    async fn send(self, client: &Client, options: CallOptions) -> Result<String, Error> {
        fn text(response: impl std::fmt::Debug) -> String {
            format!("{response:?}")
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

/// A retry policy with a short backoff.
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

/// Waits until a condition is true.
async fn wait_until(description: &str, mut condition: impl FnMut() -> bool) {
    let wait = async {
        while !condition() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(LONG, wait)
        .await
        .unwrap_or_else(|_| panic!("timed out waiting until {description}"));
}
