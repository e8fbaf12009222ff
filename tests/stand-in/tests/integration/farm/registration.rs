//! Registration and removal of printers.

use connect_api::models::{ConfirmRegistrationMakerBotRequest, PrintJobOrigin};
use connect_stand_in::farm::Farm;

use super::{TestFarm, api_error, status_and_code};

#[tokio::test]
async fn pin_registers_printer_once() {
    let farm = TestFarm::new(Farm::new()).await;
    let wrong = farm.client.confirm_registration_with_pin("ZZZZZZ").send().await;
    assert_eq!(status_and_code(wrong.expect_err("an error")), api_error(404, "recordNotFound"));

    let registered = farm.client.confirm_registration_with_pin("A1B2C3").send().await;
    let registered = registered.expect("a registration");
    let cluster = farm.client.get_cluster(&registered.cluster_id).send().await.expect("a cluster");
    assert_eq!((cluster.host_name, cluster.is_online), (registered.host_name, Some(true)));
    assert_eq!(farm.clusters().await.len(), 4);
    farm.print(&registered.cluster_id).await;

    let second = farm.client.confirm_registration_with_pin("A1B2C3").send().await;
    assert_eq!(status_and_code(second.expect_err("an error")), api_error(404, "recordNotFound"));
}

#[tokio::test]
async fn connection_id_registers_printer() {
    let farm = TestFarm::new(Farm::with_size(0, 0)).await;
    assert!(farm.clusters().await.is_empty());

    let connection = farm.stand_in.add_unregistered_printer("Kallisto", "Q7W8E9");
    farm.client.confirm_registration(&connection).send().await.expect("a registration");
    assert_eq!(farm.clusters().await.len(), 1);

    let second = farm.client.confirm_registration_with_pin("Q7W8E9").send().await;
    assert_eq!(status_and_code(second.expect_err("an error")), api_error(404, "recordNotFound"));
}

#[tokio::test]
async fn makerbot_printer_is_added_once() {
    let farm = TestFarm::new(Farm::new()).await;
    let list = async || farm.client.get_makerbot_printers().send().await.expect("printers");
    let printer = list().await.swap_remove(0);
    assert!(!printer.is_authorized && printer.organization_id.is_none());

    let add = async || {
        let body = ConfirmRegistrationMakerBotRequest::new(&printer.host_guid);
        farm.client.add_makerbot_printer(body).send().await
    };

    let cluster = add().await.expect("a registration").cluster_id;
    let cluster = farm.client.get_cluster(cluster).send().await.expect("a cluster");
    assert_eq!(cluster.host_guid, printer.host_guid);
    assert_eq!(cluster.printer_type.expect("a type").as_str(), "lava_f");
    assert!(list().await[0].is_authorized);

    let second = add().await.expect_err("an error");
    assert_eq!(status_and_code(second), api_error(409, "recordDuplicated"));
}

#[tokio::test]
async fn deleted_cluster_and_its_jobs_are_not_listed() {
    let farm = TestFarm::new(Farm::new()).await;
    let clusters = farm.clusters().await;
    farm.client.delete_cluster(&clusters[0]).send().await.expect("success");

    let deleted = farm.client.get_cluster_status(&clusters[0]).send().await;
    assert_eq!(status_and_code(deleted.expect_err("an error")), api_error(404, "recordNotFound"));
    assert_eq!(farm.clusters().await, clusters[1..]);

    let jobs = farm.client.get_print_jobs().sent_from([PrintJobOrigin::Cloud]).send().await;
    assert!(jobs.expect("a page").into_iter().all(|job| job.cluster_id != clusters[0]));

    // The pending events of the deleted cluster have no effect.
    farm.stand_in.advance(48 * super::HOUR);
    assert!(farm.stand_in.changes().iter().all(|change| change.cluster_id != clusters[0]));
}
