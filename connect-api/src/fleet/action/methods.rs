//! The actions that are known by name, one method each.
//!
//! Their names and bodies are in no document of the API. Each is here because a client in use sends
//! it or a connector of printers accepts it, which the comment in the method names. The rest is
//! open: `send_print_job_action` and `send_printer_action` take any name.

use crate::client::Client;
use crate::requests::{SendPrintJobAction, SendPrinterAction};

/// # Actions on print jobs
///
/// Each gives a request that is sent with `send`, or with `wait` sent and waited for.
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
    /// Pauses a job that prints.
    pub fn pause_print_job(
        &self,
        cluster_id: impl Into<String>,
        cluster_job_id: impl Into<String>,
    ) -> SendPrintJobAction {
        // Cura sends it from its monitor.
        self.send_print_job_action(cluster_id, cluster_job_id, "pause")
    }

    /// Resumes a job that is paused.
    pub fn resume_print_job(
        &self,
        cluster_id: impl Into<String>,
        cluster_job_id: impl Into<String>,
    ) -> SendPrintJobAction {
        // The connector Deneb accepts it (2026); Cura of 2018 sent `print` instead.
        self.send_print_job_action(cluster_id, cluster_job_id, "resume")
    }

    /// Aborts a job; `quantity` aborts so many of its copies.
    pub fn abort_print_job(
        &self,
        cluster_id: impl Into<String>,
        cluster_job_id: impl Into<String>,
    ) -> SendPrintJobAction {
        // Cura sends it from its monitor; the document has the quantity.
        self.send_print_job_action(cluster_id, cluster_job_id, "abort")
    }

    /// Moves a job to a place in the queue; 0 is the front.
    pub fn move_print_job(
        &self,
        cluster_id: impl Into<String>,
        cluster_job_id: impl Into<String>,
        to_position: i64,
    ) -> SendPrintJobAction {
        // Cura sends it to the front of the list `queued`, as in the document's example.
        let action = self.send_print_job_action(cluster_id, cluster_job_id, "move");
        action.list("queued").to_position(to_position)
    }

    /// Removes a job from the queue.
    pub fn remove_print_job(
        &self,
        cluster_id: impl Into<String>,
        cluster_job_id: impl Into<String>,
    ) -> SendPrintJobAction {
        // Cura sends it from its queue.
        self.send_print_job_action(cluster_id, cluster_job_id, "remove")
    }

    /// Has a job printed although the printer is configured otherwise than it wants.
    pub fn force_print_job(
        &self,
        cluster_id: impl Into<String>,
        cluster_job_id: impl Into<String>,
    ) -> SendPrintJobAction {
        // Cura sends it when its user overrides the changes of configuration.
        self.send_print_job_action(cluster_id, cluster_job_id, "force")
    }

    /// Puts so many copies of a job into the queue. The cluster needs the capability
    /// `print_job_action_duplicate`.
    pub fn duplicate_print_job(
        &self,
        cluster_id: impl Into<String>,
        cluster_job_id: impl Into<String>,
        quantity: i64,
    ) -> SendPrintJobAction {
        // The document describes the quantity of this action, and a capability names it.
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
    /// Gives a printer another name.
    pub fn rename_printer(
        &self,
        cluster_id: impl Into<String>,
        cluster_printer_id: impl Into<String>,
        name: impl Into<String>,
    ) -> SendPrinterAction {
        // The document describes the field of this action; Deneb accepts it.
        self.send_printer_action(cluster_id, cluster_printer_id, "rename").name(name)
    }

    /// Schedules an update of a printer's firmware, or cancels one that is scheduled.
    pub fn update_printer_firmware(
        &self,
        cluster_id: impl Into<String>,
        cluster_printer_id: impl Into<String>,
        schedule_update: bool,
    ) -> SendPrinterAction {
        // Deneb accepts it; the document describes the field.
        let action = self.send_printer_action(cluster_id, cluster_printer_id, "update_firmware");
        action.schedule_update(schedule_update)
    }

    /// Has a printer's camera take a picture, whose URL is in the details of the status at the end.
    pub fn get_webcam_snapshot(
        &self,
        cluster_id: impl Into<String>,
        cluster_printer_id: impl Into<String>,
    ) -> SendPrinterAction {
        // The vendor's example client sends it, and asks for the status each second.
        self.send_printer_action(cluster_id, cluster_printer_id, "get_webcam_snapshot")
    }

    /// Has a printer take in a material profile that was uploaded. The cluster needs the capability
    /// `import_material`.
    pub fn import_material(
        &self,
        cluster_id: impl Into<String>,
        cluster_printer_id: impl Into<String>,
        material_profile_id: impl Into<String>,
    ) -> SendPrinterAction {
        // Cura sends it after the upload.
        let action = self.send_printer_action(cluster_id, cluster_printer_id, "import_material");
        action.material_profile_id(material_profile_id)
    }
}
