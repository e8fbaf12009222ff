//! A farm without printers, as the crate's users see it: through the client, and by its own clock.

mod actions;
mod clock;
mod day;
mod jobs;
mod pages;
mod printers;
mod refusals;
mod registration;
mod tokens;
mod undocumented;
mod uploads;
mod valid;
mod workspace;

use std::time::Duration;

use connect_api::models::{ClusterPrinterStatus, PrintJobDetailsResponse};
use connect_api::{CallOptions, Client, Error, RetryPolicy};
use connect_stand_in::StandIn;
use connect_stand_in::farm::{ChangeKind, Farm};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// A farm and a client of it, which does not try again.
struct Site {
    farm: StandIn,
    client: Client,
}

impl Site {
    async fn new(farm: Farm) -> Self {
        let farm = StandIn::builder().farm(farm).start().await.expect("a stand-in");
        let once = CallOptions::new().retry(RetryPolicy::never());
        let builder = Client::builder().base_url(farm.base_url()).token(farm.token());
        let client = builder.call_options(once).build().expect("a client");
        Self { farm, client }
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

    async fn printers(&self, cluster: &str) -> Vec<ClusterPrinterStatus> {
        let status = self.client.get_cluster_status(cluster).send().await.expect("a status");
        status.printers.expect("printers")
    }

    /// The UUIDs of a cluster's printers.
    async fn printer_ids(&self, cluster: &str) -> Vec<String> {
        let printers = self.printers(cluster).await.into_iter();
        printers.map(|printer| printer.uuid.expect("a UUID")).collect()
    }

    /// Prints a file of an hour, and gives the UUID of the job.
    async fn print(&self, cluster: &str) -> String {
        let file = self.farm.add_file("gear.ufp", HOUR);
        let job = self.client.print(cluster, file).send().await.expect("a job");
        job.job_instance_uuid.expect("a UUID")
    }

    async fn job(&self, cluster: &str, job: &str) -> PrintJobDetailsResponse {
        self.client.get_print_job(cluster, job).send().await.expect("a job")
    }

    async fn status(&self, cluster: &str, job: &str) -> String {
        self.job(cluster, job).await.status.to_string()
    }

    /// Does an action to a job, and says what has become of it once it is over.
    async fn act(&self, cluster: &str, job: &str, action: &str) -> String {
        let action = self.client.send_print_job_action(cluster, job, action).send().await;
        self.outcome(cluster, &action.expect("an action").action_id).await
    }

    /// Waits until an action is over.
    async fn outcome(&self, cluster: &str, action: &str) -> String {
        self.farm.advance(5 * SECOND);
        let action = self.client.get_action_status(cluster, action).send().await;
        action.expect("an action").status.to_string()
    }

    /// What has happened to a job or a printer.
    fn changes_of(&self, subject: &str) -> Vec<ChangeKind> {
        let changes = self.farm.changes().into_iter();
        changes.filter(|change| change.subject == subject).map(|change| change.kind).collect()
    }
}

/// The status of a refusal and its code.
fn refusal(error: Error) -> (u16, String) {
    match error {
        Error::Api(error) => (error.status.as_u16(), error.errors[0].code.to_string()),
        other => panic!("not a refusal: {other}"),
    }
}

/// A refusal in one word and a number.
fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}
