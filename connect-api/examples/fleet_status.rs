//! Prints a table of all printers of all clusters, with their jobs and the remaining time.
//!
//! ```console
//! $ cargo run -p connect-api --example fleet_status
//! ```

mod support;

use std::process::ExitCode;

use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{ContentArrangement, Table};
use connect_api::models::{
    ClusterPrinterStatus, ClusterResponse, ClusterStatusResponse, PrintJobInstanceResponse,
};
use connect_stand_in::Farm;
use support::{Failure, Service, cluster_name, exit_code, print_line};

#[tokio::main]
async fn main() -> ExitCode {
    exit_code(print_table().await)
}

async fn print_table() -> Result<(), Failure> {
    let service = Service::connect(Farm::new().random_events(1)).await?;
    let mut table = Table::new();
    table.load_preset(UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Dynamic);

    if let Some(width) = terminal_width() {
        table.set_width(width);
    }

    table.set_header(["Cluster", "Printer", "Status", "Job", "Done", "Left"]);
    let mut clusters = service.client.get_clusters().items();
    while let Some(cluster) = clusters.next().await.transpose()? {
        let status = service.client.get_cluster_status(&cluster.cluster_id).send().await?;
        for printer in status.printers.iter().flatten() {
            table.add_row(row(&cluster, printer, current_job(&status, printer)));
        }
    }

    print_line(table)?;

    if clusters.limit_reached() {
        print_line("The subscription does not include further clusters.")?;
    }

    Ok(())
}

/// Returns the number of columns in `COLUMNS`, or of the terminal.
fn terminal_width() -> Option<u16> {
    let columns = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    columns.or_else(|| terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| width.0))
}

/// Returns the job that a printer is printing.
fn current_job<'a>(
    status: &'a ClusterStatusResponse,
    printer: &ClusterPrinterStatus,
) -> Option<&'a PrintJobInstanceResponse> {
    let mut jobs = status.print_jobs.iter().flatten();
    jobs.find(|job| job.started && job.printer_uuid.is_some() && job.printer_uuid == printer.uuid)
}

fn row(
    cluster: &ClusterResponse,
    printer: &ClusterPrinterStatus,
    job: Option<&PrintJobInstanceResponse>,
) -> [String; 6] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let status = printer.status.as_ref().map(ToString::to_string).unwrap_or_default();

    let progress = |job: &PrintJobInstanceResponse| {
        let elapsed = job.time_elapsed?.clamp(0, job.time_total);
        Some(format!("{} %", elapsed.checked_mul(100)?.checked_div(job.time_total)?))
    };

    let remaining = |job: &PrintJobInstanceResponse| {
        let minutes = job.time_remaining / 60;
        format!("{}:{:02} h", minutes / 60, minutes % 60)
    };

    [
        cluster_name(cluster).to_owned(),
        text(&printer.friendly_name),
        status,
        job.map(|job| job.name.clone()).unwrap_or_default(),
        job.and_then(progress).unwrap_or_default(),
        job.map(remaining).unwrap_or_default(),
    ]
}
