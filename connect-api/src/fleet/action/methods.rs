//! Methods for the known actions on print jobs and printers.
//!
//! The API document does not list the names and bodies of actions. The comment in each method names
//! the evidence for the action: a client that sends it, or a printer connector that accepts it.
//! `send_print_job_action` and `send_printer_action` send any other action by name.

use crate::client::Client;
use crate::requests::{SendPrintJobAction, SendPrinterAction};

/// # Actions on print jobs
///
/// Each method returns a request. `send` sends it; `wait` sends it and waits for the result.
///
/// ```no_run
/// # async fn example() -> Result<(), connect_api::Error> {
/// let client = connect_api::Client::new("an API token");
/// let (cluster, job) = ("a cluster's id", "a job's UUID");
/// client.pause_print_job(cluster, job).wait().await?;
/// client.resume_print_job(cluster, job).wait().await?;
/// client.abort_print_job(cluster, job).wait().await?;
/// client.duplicate_print_job(cluster, job, 2).wait().await?;
/// client.move_print_job(cluster, job, 0).wait().await?;
/// client.force_print_job(cluster, job).wait().await?;
/// client.remove_print_job(cluster, job).wait().await?;
/// # Ok(())
/// # }
/// ```
impl Client {
    /// Pauses a job that is printing.
    pub fn pause_print_job(
        &self,
        cluster_id: impl Into<String>,
        cluster_job_id: impl Into<String>,
    ) -> SendPrintJobAction {
        // Cura sends this action from its monitor stage.
        self.send_print_job_action(cluster_id, cluster_job_id, "pause")
    }

    /// Resumes a paused job.
    pub fn resume_print_job(
        &self,
        cluster_id: impl Into<String>,
        cluster_job_id: impl Into<String>,
    ) -> SendPrintJobAction {
        // The printer connector Deneb accepts this action (2026). Cura sent `print` instead in
        // 2018.
        self.send_print_job_action(cluster_id, cluster_job_id, "resume")
    }

    /// Aborts a job. `quantity` sets the number of copies to abort.
    pub fn abort_print_job(
        &self,
        cluster_id: impl Into<String>,
        cluster_job_id: impl Into<String>,
    ) -> SendPrintJobAction {
        // Cura sends this action from its monitor stage. The API document has the field `quantity`.
        self.send_print_job_action(cluster_id, cluster_job_id, "abort")
    }

    /// Moves a job to a position in the queue. Position 0 is the front.
    pub fn move_print_job(
        &self,
        cluster_id: impl Into<String>,
        cluster_job_id: impl Into<String>,
        to_position: i64,
    ) -> SendPrintJobAction {
        // Cura moves jobs to the front of the list `queued`, as does the example in the API
        // document.
        let action = self.send_print_job_action(cluster_id, cluster_job_id, "move");
        action.list("queued").to_position(to_position)
    }

    /// Removes a job from the queue.
    pub fn remove_print_job(
        &self,
        cluster_id: impl Into<String>,
        cluster_job_id: impl Into<String>,
    ) -> SendPrintJobAction {
        // Cura sends this action from its queue view.
        self.send_print_job_action(cluster_id, cluster_job_id, "remove")
    }

    /// Starts a job even if the printer configuration does not match the job.
    pub fn force_print_job(
        &self,
        cluster_id: impl Into<String>,
        cluster_job_id: impl Into<String>,
    ) -> SendPrintJobAction {
        // Cura sends this action when the user overrides configuration changes.
        self.send_print_job_action(cluster_id, cluster_job_id, "force")
    }

    /// Adds copies of a job to the queue. The cluster must have the capability
    /// `print_job_action_duplicate`.
    pub fn duplicate_print_job(
        &self,
        cluster_id: impl Into<String>,
        cluster_job_id: impl Into<String>,
        quantity: i64,
    ) -> SendPrintJobAction {
        // The API document describes `quantity` for this action, and has a capability of this name.
        self.send_print_job_action(cluster_id, cluster_job_id, "duplicate").quantity(quantity)
    }
}

/// # Actions on printers
///
/// ```no_run
/// # async fn example() -> Result<(), connect_api::Error> {
/// let client = connect_api::Client::new("an API token");
/// let (cluster, printer) = ("a cluster's id", "a printer's UUID");
/// client.rename_printer(cluster, printer, "Master Luke").wait().await?;
/// client.update_printer_firmware(cluster, printer, true).wait().await?;
/// client.get_webcam_snapshot(cluster, printer).wait().await?;
/// client.import_material(cluster, printer, "a material profile's id").wait().await?;
/// # Ok(())
/// # }
/// ```
impl Client {
    /// Renames a printer.
    pub fn rename_printer(
        &self,
        cluster_id: impl Into<String>,
        cluster_printer_id: impl Into<String>,
        name: impl Into<String>,
    ) -> SendPrinterAction {
        // The API document describes `name` for this action. Deneb accepts it.
        self.send_printer_action(cluster_id, cluster_printer_id, "rename").name(name)
    }

    /// Schedules a firmware update of a printer, or cancels a scheduled one.
    pub fn update_printer_firmware(
        &self,
        cluster_id: impl Into<String>,
        cluster_printer_id: impl Into<String>,
        schedule_update: bool,
    ) -> SendPrinterAction {
        // Deneb accepts this action. The API document describes `schedule_update`.
        let action = self.send_printer_action(cluster_id, cluster_printer_id, "update_firmware");
        action.schedule_update(schedule_update)
    }

    /// Takes a picture with a printer's camera. The details of the final status have its URL.
    pub fn get_webcam_snapshot(
        &self,
        cluster_id: impl Into<String>,
        cluster_printer_id: impl Into<String>,
    ) -> SendPrinterAction {
        // The vendor's example client sends this action, and polls the status each second.
        self.send_printer_action(cluster_id, cluster_printer_id, "get_webcam_snapshot")
    }

    /// Imports an uploaded material profile into a printer. The cluster must have the capability
    /// `import_material`.
    pub fn import_material(
        &self,
        cluster_id: impl Into<String>,
        cluster_printer_id: impl Into<String>,
        material_profile_id: impl Into<String>,
    ) -> SendPrinterAction {
        // Cura sends this action after the upload.
        let action = self.send_printer_action(cluster_id, cluster_printer_id, "import_material");
        action.material_profile_id(material_profile_id)
    }
}
