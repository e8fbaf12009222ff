//! Calls of every operation through both clients: with required parameters only, and with all.

use connect_api::models;
use progenitor_peer::types;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::pair::{Exchange, Pair};

/// `operation(our arguments).our_setter(…)… = (progenitor's arguments)`.
macro_rules! exchanges {
    ($pair:ident: $($operation:ident($($ours:expr),*)$(.$setter:ident($value:expr))* = ($($theirs:expr),*);)*) => {
        vec![$($pair.exchange(
            stringify!($operation),
            async { drop($pair.ours.$operation($($ours),*)$(.$setter($value))*.send().await) },
            async { drop($pair.theirs.$operation($($theirs),*).await) },
        ).await),*]
    };
}

/// Calls every operation with strings made of `text`.
pub async fn call_all(pair: &Pair, text: &str) -> Vec<Exchange> {
    let texts: Vec<String> = ('a'..='h').map(|letter| format!("{letter}{text}")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let texts: Texts = texts.try_into().expect("eight texts");

    let mut exchanges = call_without_body(pair, text, texts).await;
    exchanges.extend(call_with_optional_body(pair, texts).await);
    exchanges.extend(call_with_required_body(pair, text, texts).await);
    exchanges
}

/// Strings that begin with different letters, so that a test notices when two are exchanged.
type Texts<'a> = [&'a str; 8];

async fn call_without_body(pair: &Pair, text: &str, texts: Texts<'_>) -> Vec<Exchange> {
    let [a, b, c, d, e, f, ..] = texts;
    let list = || [a, text, "", b];
    let listed: Vec<String> = list().map(str::to_owned).to_vec();
    let origins = [models::PrintJobOrigin::Usb, models::PrintJobOrigin::Cloud];
    let their_origins = vec![types::PrintJobOrigin::Usb, types::PrintJobOrigin::Cloud];
    let states = [models::PrintJobState::WaitApproval, models::PrintJobState::History];
    let their_states = vec![types::PrintJobState::WaitApproval, types::PrintJobState::History];
    let many = i64::MAX;

    exchanges! { pair:
        get_uptime() = ();
        get_spec() = (None);
        get_spec().version(a) = (Some(a));
        brew_coffee() = ();
        get_settings() = ();
        delete_team(a) = (a);
        get_print_job_filters() = ();
        get_makerbot_printers() = ();
        confirm_registration(a) = (a);
        confirm_registration_with_pin(a) = (a, None);
        confirm_registration_with_pin(a).printer_brand(b) = (a, Some(b));

        get_cluster(a) = (a);
        delete_cluster(a) = (a);
        get_cluster_status(a) = (a);
        get_cluster_team_counts() = (None);
        get_cluster_team_counts().team_ids(list()) = (Some(&listed));
        get_user_clusters(a) = (a, None);
        get_user_clusters(a).organization_ids(list()) = (a, Some(&listed));
        get_clusters() = (None, None, None, None, None, None, None, None, None);
        get_clusters()
            .limit(-1).machine_variant(a).page(many).prefer_material_1(b).prefer_material_2(c)
            .prefer_print_core_1(d).prefer_print_core_2(e).sort(f).team_ids(list())
            = (Some(-1), Some(a), Some(many), Some(b), Some(c), Some(d), Some(e), Some(f), Some(&listed));
        get_clusters().sort("") = (None, None, None, None, None, None, None, Some(""), None);

        get_action_status(a, b) = (a, b);
        get_pending_maintenance(a) = (a);
        get_completed_maintenance(a) = (a, None, None);
        get_completed_maintenance(a).limit(0).page(2) = (a, Some(0), Some(2));

        get_print_job(a, b) = (a, b);
        get_print_job_reports(a, b) = (None, b, None, None, a);
        get_print_job_reports(a, b).cluster_ids(list()).limit(1).page(2)
            = (Some(&listed), b, Some(1), Some(2), a);
        get_print_jobs() = (None, None, None, None, None, None, None);
        get_print_jobs()
            .cluster_ids(list()).limit(1).page(2).private_only(false).search(a)
            .sent_from(origins).status(states)
            = (Some(&listed), Some(1), Some(2), Some(false), Some(a), Some(&their_origins), Some(&their_states));
    }
}

async fn call_with_optional_body(pair: &Pair, texts: Texts<'_>) -> Vec<Exchange> {
    let [a, b, c, ..] = texts;
    let start = json!({"start_now": false});
    let move_job = json!({"list": a, "message": b, "quantity": 7, "to_position": 0});
    let profile = "0123456789-_abcdefghijklmnopqrstuvwxyzABCD==";

    let update = json!({
        "channel": "testing", "enabled": false, "material_profile_id": profile, "name": a,
        "pin_code": "0A1B2C", "schedule_update": true,
    });

    // Both clients send an optional body even if it is empty.
    exchanges! { pair:
        print(a, b) = (a, b, &body(&json!({})));
        print(a, b).start_now(false) = (a, b, &body(&start));
        reprint(a, b, c) = (a, b, c, &body(&json!({})));
        reprint(a, b, c).start_now(false) = (a, b, c, &body(&start));
        send_print_job_action(a, b, c) = (a, b, c, &body(&json!({})));
        send_print_job_action(a, b, c).list(a).message(b).quantity(7).to_position(0)
            = (a, b, c, &body(&move_job));
        send_printer_action(a, b, c) = (a, b, c, &body(&json!({})));
        send_printer_action(a, b, c)
            .channel(models::FirmwareChannel::Testing).enabled(false).material_profile_id(profile)
            .name(a).pin_code("0A1B2C").schedule_update(true)
            = (a, b, c, &body(&update));
    }
}

async fn call_with_required_body(pair: &Pair, text: &str, texts: Texts<'_>) -> Vec<Exchange> {
    let [a, b, .., g, h] = texts;
    let listed = [a, text, "", b];
    let nothing = json!({});
    let clusters = json!({"cluster_ids": listed});
    let note = json!({"note": {"note": g}});
    let sharing = json!({"organization_shared": true, "team_ids": listed});
    let tasks = json!({"task_codes": ["sline_clean_printer", "um3_clean_printer"]});

    let upload = json!({
        "content_type": "application/x;ü=\"1\"", "file_size": 1 << 30,
        "material_profile_name": "PLA & 'π' %2F+.xml", "origin": h,
    });
    let job = json!({"note": h});
    let printer = json!({"printer_id": "5712e0ac-e90a-0344-ee91-7e8050a44c9b"});
    let settings = json!({"enable_print_prep": false, "require_print_approval": true});

    exchanges! { pair:
        check_cluster_access(model(&nothing)) = (&body(&nothing));
        check_cluster_access(model(&clusters)) = (&body(&clusters));
        update_cluster_note(a, model(&nothing)) = (a, &body(&nothing));
        update_cluster_note(a, model(&note)) = (a, &body(&note));
        update_cluster_sharing(a, model(&nothing)) = (a, &body(&nothing));
        update_cluster_sharing(a, model(&sharing)) = (a, &body(&sharing));
        add_completed_maintenance(a, model(&nothing)) = (a, &body(&nothing));
        add_completed_maintenance(a, model(&tasks)) = (a, &body(&tasks));
        create_material_upload(model(&upload)) = (&body(&upload));
        update_print_job(a, b, model(&nothing)) = (a, b, &body(&nothing));
        update_print_job(a, b, model(&job)) = (a, b, &body(&job));
        add_makerbot_printer(model(&printer)) = (&body(&printer));
        update_settings(model(&nothing)) = (&body(&nothing));
        update_settings(model(&settings)) = (&body(&settings));
    }
}

/// progenitor's model of a body, which has an envelope.
fn body<T: DeserializeOwned>(data: &Value) -> T {
    serde_json::from_value(json!({"data": data})).expect("values of progenitor's model")
}

/// Our model of a body, which has no envelope.
fn model<T: DeserializeOwned>(data: &Value) -> T {
    serde_json::from_value(data.clone()).expect("values of our model")
}
