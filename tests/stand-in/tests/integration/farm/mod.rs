//! The simulated farm, as a client sees it.

mod actions;
mod clock;
mod jobs;
mod pages;
mod printers;
mod registration;
mod rejections;
mod response_validity;
mod tokens;
mod undocumented;
mod uploads;
mod watch;
mod workspace;

use std::time::Duration;

use connect_api::models::{ClusterPrinterStatus, PrintJobDetailsResponse};
use connect_api::{CallOptions, Client, Error, RetryPolicy};
use connect_stand_in::StandIn;
use connect_stand_in::farm::{ChangeKind, Farm};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// A stand-in with a farm, and a client of it that does not retry.
struct TestFarm {
    stand_in: StandIn,
    client: Client,
}

impl TestFarm {
    async fn new(farm: Farm) -> Self {
        let stand_in = StandIn::builder().farm(farm).start().await.expect("a stand-in");
        let no_retry = CallOptions::new().retry(RetryPolicy::never());
        let builder = Client::builder().base_url(stand_in.base_url()).token(stand_in.token());
        let client = builder.call_options(no_retry).build().expect("a client");
        Self { stand_in, client }
    }

    /// The ids of all clusters.
    async fn clusters(&self) -> Vec<String> {
        let page = self.client.get_clusters().send().await.expect("a page");
        page.into_iter().map(|cluster| cluster.cluster_id).collect()
    }

    /// The id of the first cluster.
    async fn cluster(&self) -> String {
        self.clusters().await.swap_remove(0)
    }

    /// The printers of a cluster.
    async fn printers(&self, cluster: &str) -> Vec<ClusterPrinterStatus> {
        let status = self.client.get_cluster_status(cluster).send().await.expect("a status");
        status.printers.expect("printers")
    }

    /// The UUIDs of a cluster's printers.
    async fn printer_uuids(&self, cluster: &str) -> Vec<String> {
        let printers = self.printers(cluster).await.into_iter();
        printers.map(|printer| printer.uuid.expect("a UUID")).collect()
    }

    /// Prints a file with a print time of one hour, and returns the UUID of the job.
    async fn print(&self, cluster: &str) -> String {
        let file = self.stand_in.add_file("gear.ufp", HOUR);
        let job = self.client.print(cluster, file).send().await.expect("a job");
        job.job_instance_uuid.expect("a UUID")
    }

    async fn job(&self, cluster: &str, job: &str) -> PrintJobDetailsResponse {
        self.client.get_print_job(cluster, job).send().await.expect("a job")
    }

    async fn job_status(&self, cluster: &str, job: &str) -> String {
        self.job(cluster, job).await.status.to_string()
    }

    /// Runs an action on a job, and returns its final status.
    async fn run_job_action(&self, cluster: &str, job: &str, action: &str) -> String {
        let action = self.client.send_print_job_action(cluster, job, action).send().await;
        self.finish_action(cluster, &action.expect("an action").action_id).await
    }

    /// Advances the clock until an action has ended, and returns its final status.
    async fn finish_action(&self, cluster: &str, action: &str) -> String {
        self.stand_in.advance(5 * SECOND);
        let action = self.client.get_action_status(cluster, action).send().await;
        action.expect("an action").status.to_string()
    }

    /// The changes of a job or a printer.
    fn changes_of(&self, subject: &str) -> Vec<ChangeKind> {
        let changes = self.stand_in.changes().into_iter();
        changes.filter(|change| change.subject == subject).map(|change| change.kind).collect()
    }
}

/// The status and the error code of an API error.
fn status_and_code(error: Error) -> (u16, String) {
    match error {
        Error::Api(error) => (error.status.as_u16(), error.errors[0].code.to_string()),
        other => panic!("not an API error: {other}"),
    }
}

/// The status and the code of an expected API error.
fn api_error(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}
