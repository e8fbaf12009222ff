//! Printers that come and go, and what they are made of.

use connect_stand_in::farm::{ChangeKind, Farm};

use super::{HOUR, MINUTE, Site, refusal, refused};

#[tokio::test]
async fn an_offline_cluster_refuses_jobs_and_actions() {
    let site = Site::new(Farm::with_size(1, 2)).await;
    let cluster = site.cluster().await;
    let job = site.print(&cluster).await;
    let printers = site.printer_ids(&cluster).await;
    site.farm.set_printer_online(&cluster, &printers[0], false);

    let inactive = refused(409, "printerInactive");
    let file = site.farm.add_file("vase.ufp", HOUR);
    let print = site.client.print(&cluster, file).send().await;

    assert_eq!(refusal(print.expect_err("a refusal")), inactive);
    let action = site.client.send_print_job_action(&cluster, &job, "abort").send().await;
    assert_eq!(refusal(action.expect_err("a refusal")), inactive);

    // The others are reached through the host.
    let action = site.client.send_printer_action(&cluster, &printers[1], "rename").send().await;
    assert_eq!(refusal(action.expect_err("a refusal")), inactive);

    let status = site.client.get_cluster_status(&cluster).send().await.expect("a status");
    assert_eq!(status.is_online, Some(false));

    for printer in status.printers.expect("printers") {
        assert_eq!(printer.status.expect("a status").as_str(), "unreachable");
    }

    site.farm.set_printer_online(&cluster, &printers[0], true);

    for printer in &printers {
        let changes = [ChangeKind::PrinterOffline, ChangeKind::PrinterOnline];
        assert_eq!(site.changes_of(printer), changes);
    }

    site.print(&cluster).await;
}

#[tokio::test]
async fn what_an_offline_printer_did_is_learnt_when_it_is_back() {
    let site = Site::new(Farm::with_size(1, 2)).await;
    let cluster = site.cluster().await;
    let printers = site.printer_ids(&cluster).await;
    let jobs = [site.print(&cluster).await, site.print(&cluster).await];
    site.farm.advance(30 * MINUTE);

    let offline = site.job(&cluster, &jobs[1]).await.printer_uuid.expect("a printer");
    assert_eq!(offline, printers[1]);

    site.farm.set_printer_online(&cluster, &offline, false);
    let before = site.job(&cluster, &jobs[1]).await;
    site.farm.advance(HOUR);

    assert_eq!(site.status(&cluster, &jobs[0]).await, "finished");
    let unseen = site.job(&cluster, &jobs[1]).await;
    assert_eq!((unseen.status.as_str(), unseen.time_elapsed), ("printing", before.time_elapsed));
    assert!(unseen.last_seen >= Some(3600.0));

    site.farm.set_printer_online(&cluster, &offline, true);
    assert_eq!(site.status(&cluster, &jobs[1]).await, "post_print");

    site.farm.advance(10 * MINUTE);
    assert_eq!(site.status(&cluster, &jobs[1]).await, "finished");
}

#[tokio::test]
async fn a_broken_printer_fails_its_print_and_needs_somebody() {
    let site = Site::new(Farm::with_size(1, 1)).await;
    let cluster = site.cluster().await;
    let printer = site.printer_ids(&cluster).await.swap_remove(0);
    let (first, second) = (site.print(&cluster).await, site.print(&cluster).await);
    site.farm.advance(10 * MINUTE);
    site.farm.break_printer(&cluster, &printer, "AIR_MANAGER_FILTER_MISSING");
    site.farm.advance(HOUR);

    assert_eq!(site.status(&cluster, &first).await, "failed");
    assert_eq!(site.status(&cluster, &second).await, "queued");

    let seen = site.printers(&cluster).await.swap_remove(0);
    assert_eq!(seen.status.expect("a status").as_str(), "error");
    assert_eq!(seen.errors.expect("errors")[0].code, "AIR_MANAGER_FILTER_MISSING");
    assert_eq!(seen.faults.expect("faults").len(), 1);

    site.farm.repair_printer(&cluster, &printer);
    assert_eq!(site.status(&cluster, &second).await, "sent_to_printer");

    let changes = [ChangeKind::PrinterBroken, ChangeKind::PrinterRepaired];
    assert_eq!(site.changes_of(&printer), changes);
    assert_eq!(site.changes_of(&first).last(), Some(&ChangeKind::JobFailed));
}

#[tokio::test]
async fn a_printer_without_a_queue_takes_one_job_at_a_time() {
    let site = Site::new(Farm::new()).await;
    let clusters = site.clusters().await;
    let reception = &clusters[2];
    let capable = site.client.get_cluster(reception).send().await.expect("a cluster");

    assert!(!capable.capabilities.expect("capabilities").contains(&"queue".to_owned()));
    site.farm.advance(24 * HOUR);
    site.print(reception).await;

    let file = site.farm.add_file("vase.ufp", HOUR);
    let busy = site.client.print(reception, file).send().await.expect_err("a refusal");
    assert_eq!(refusal(busy), refused(409, "printerNotAcceptingJobs"));
}

#[tokio::test]
async fn the_material_station_empties() {
    let site = Site::new(Farm::with_size(1, 1)).await;
    let cluster = site.cluster().await;

    let slots = async || {
        let printer = site.printers(&cluster).await.swap_remove(0);
        printer.material_station.expect("a station").material_slots.expect("slots")
    };
    let full = slots().await;
    assert_eq!(full.len(), 6);
    assert_eq!((full[2].extruder_index, full[2].material_remaining), (-1, -1.0));

    for _ in 0..40 {
        site.print(&cluster).await;
    }

    site.farm.advance(30 * HOUR);
    let used = slots().await;
    assert!((0.0..full[0].material_remaining).contains(&used[0].material_remaining));

    site.farm.advance(100 * HOUR);
    let empty = slots().await;
    assert_eq!((empty[0].material_empty, empty[0].material_remaining), (Some(true), 0.0));
    assert!(empty[1].material_remaining < full[1].material_remaining);
}

#[tokio::test]
async fn a_print_takes_no_longer_while_nobody_sees_it() {
    let site = Site::new(Farm::with_size(1, 2)).await;
    let cluster = site.cluster().await;
    let printers = site.printer_ids(&cluster).await;
    site.print(&cluster).await;

    let job = site.print(&cluster).await;
    let remaining = async || {
        let station = site.printers(&cluster).await.swap_remove(1).material_station;
        let slots = station.expect("a station").material_slots.expect("slots");
        slots[0].material_remaining
    };

    let before = remaining().await;
    site.farm.advance(30 * MINUTE);
    site.farm.set_printer_online(&cluster, &printers[1], false);
    site.farm.advance(10 * HOUR);
    site.farm.set_printer_online(&cluster, &printers[1], true);

    let printed = site.job(&cluster, &job).await;
    assert_eq!((printed.time_elapsed, printed.time_remaining), (Some(3600), 0));

    site.farm.advance(HOUR);
    // A spool lasts for 48 hours.
    let used = before - remaining().await;
    assert!((used - 1.0 / 48.0).abs() < 1e-9, "{used}");
}
