//! Registration: printers that come to the farm.

use serde_json::{Value, json};

use super::super::call::{Call, Refusal, Reply};
use super::super::cluster::Cluster;
use super::super::view::stamp;
use crate::farm::state::{FarmState, Offer};

type Outcome = Result<Reply, Refusal>;

pub(super) fn confirm_registration_with_pin(world: &mut FarmState, call: &Call<'_>) -> Outcome {
    let pin = call.path("pin_code");
    confirm(world, |offer| offer.pin == pin)
}

pub(super) fn confirm_registration(world: &mut FarmState, call: &Call<'_>) -> Outcome {
    let id = call.path("connection_id");
    confirm(world, |offer| offer.connection_id == id)
}

/// Takes in the printer that waits with this; it is good for once.
fn confirm(world: &mut FarmState, wanted: impl Fn(&Offer) -> bool) -> Outcome {
    let found = world.offers.iter().position(wanted);
    let offer = world.offers.remove(found.ok_or_else(|| Refusal::not_found("registration"))?);
    Ok(Reply::Data(take_in(world, offer.cluster)))
}

fn take_in(world: &mut FarmState, cluster: Cluster) -> Value {
    let view = json!({
        "cluster_id": cluster.id,
        "host_name": cluster.host_name,
        "generated_time": stamp(world.now),
    });
    world.clusters.push(cluster);
    view
}

pub(super) fn get_makerbot_printers(world: &mut FarmState, _: &Call<'_>) -> Outcome {
    let printers = world.makerbots.iter().map(|(printer, authorized)| {
        json!({
            "host_guid": printer.guid,
            "friendly_name": printer.name,
            "printer_type": printer.printer_type,
            "is_authorized": authorized,
            "is_online": true,
            "organization_id": authorized.then_some(&world.organization),
            "user_id": authorized.then_some(&world.users[0].id),
        })
    });

    Ok(Reply::Data(printers.collect()))
}

pub(super) fn add_makerbot_printer(world: &mut FarmState, call: &Call<'_>) -> Outcome {
    let mut printers = world.makerbots.iter_mut();
    let printer = printers.find(|(printer, _)| call.data["printer_id"] == *printer.guid);
    let (printer, authorized) = printer.ok_or_else(|| Refusal::not_found("printer"))?;

    if *authorized {
        return Err(Refusal::duplicate("printer"));
    }

    *authorized = true;
    let printer = printer.clone();
    let mut cluster = world.new_cluster(&printer.name, Vec::new());
    cluster.host_name = format!("makerbot-{}", printer.guid.to_lowercase());
    cluster.makerbot = Some(printer);

    Ok(Reply::Data(take_in(world, cluster)))
}
