//! Printers that come to the farm and leave it.

use connect_api::models::{ConfirmRegistrationMakerBotRequest, PrintJobOrigin};
use connect_stand_in::farm::Farm;

use super::{Site, refusal, refused};

#[tokio::test]
async fn a_pin_registers_a_printer_once() {
    let site = Site::new(Farm::new()).await;
    let wrong = site.client.confirm_registration_with_pin("ZZZZZZ").send().await;
    assert_eq!(refusal(wrong.expect_err("a refusal")), refused(404, "recordNotFound"));

    let registered = site.client.confirm_registration_with_pin("A1B2C3").send().await;
    let registered = registered.expect("a registration");
    let cluster = site.client.get_cluster(&registered.cluster_id).send().await.expect("a cluster");

    assert_eq!((cluster.host_name, cluster.is_online), (registered.host_name, Some(true)));
    assert_eq!(site.clusters().await.len(), 4);

    site.print(&registered.cluster_id).await;
    let again = site.client.confirm_registration_with_pin("A1B2C3").send().await;
    assert_eq!(refusal(again.expect_err("a refusal")), refused(404, "recordNotFound"));
}

#[tokio::test]
async fn a_connection_registers_a_printer_too() {
    let site = Site::new(Farm::with_size(0, 0)).await;
    assert!(site.clusters().await.is_empty());

    let connection = site.farm.add_unregistered_printer("Kallisto", "Q7W8E9");
    site.client.confirm_registration(&connection).send().await.expect("a registration");
    let gone = site.client.confirm_registration_with_pin("Q7W8E9").send().await;

    assert_eq!(refusal(gone.expect_err("a refusal")), refused(404, "recordNotFound"));
    assert_eq!(site.clusters().await.len(), 1);
}

#[tokio::test]
async fn a_makerbot_printer_is_added_once() {
    let site = Site::new(Farm::new()).await;
    let known = async || site.client.get_makerbot_printers().send().await.expect("printers");
    let printer = known().await.swap_remove(0);

    assert!(!printer.is_authorized && printer.organization_id.is_none());
    let add = async || {
        let body = ConfirmRegistrationMakerBotRequest::new(&printer.host_guid);
        site.client.add_makerbot_printer(body).send().await
    };

    let cluster = add().await.expect("a registration").cluster_id;
    let cluster = site.client.get_cluster(cluster).send().await.expect("a cluster");
    assert_eq!(cluster.host_guid, printer.host_guid);
    assert_eq!(cluster.printer_type.expect("a type").as_str(), "lava_f");
    assert!(known().await[0].is_authorized);

    let again = add().await.expect_err("a refusal");
    assert_eq!(refusal(again), refused(409, "recordDuplicated"));
}

#[tokio::test]
async fn a_cluster_that_was_removed_is_gone_with_its_jobs() {
    let site = Site::new(Farm::new()).await;
    let clusters = site.clusters().await;
    site.client.delete_cluster(&clusters[0]).send().await.expect("nothing");

    let gone = site.client.get_cluster_status(&clusters[0]).send().await;
    assert_eq!(refusal(gone.expect_err("a refusal")), refused(404, "recordNotFound"));
    assert_eq!(site.clusters().await, clusters[1..]);

    let jobs = site.client.get_print_jobs().sent_from([PrintJobOrigin::Cloud]).send().await;
    assert!(jobs.expect("a page").into_iter().all(|job| job.cluster_id != clusters[0]));

    // What was to happen there does not, and harms nobody.
    site.farm.advance(48 * super::HOUR);
    assert!(site.farm.changes().iter().all(|change| change.cluster_id != clusters[0]));
}
