//! Printers: outages, faults and materials.

use connect_stand_in::farm::{ChangeKind, Farm};

use super::{HOUR, MINUTE, TestFarm, api_error, status_and_code};

#[tokio::test]
async fn offline_cluster_rejects_jobs_and_actions() {
    let farm = TestFarm::new(Farm::with_size(1, 2)).await;
    let cluster = farm.cluster().await;
    let job = farm.print(&cluster).await;
    let printers = farm.printer_uuids(&cluster).await;
    farm.stand_in.set_printer_online(&cluster, &printers[0], false);

    let inactive = api_error(409, "printerInactive");
    let file = farm.stand_in.add_file("vase.ufp", HOUR);
    let print = farm.client.print(&cluster, file).send().await;
    assert_eq!(status_and_code(print.expect_err("an error")), inactive);

    let action = farm.client.send_print_job_action(&cluster, &job, "abort").send().await;
    assert_eq!(status_and_code(action.expect_err("an error")), inactive);

    // The other printers are offline without the host.
    let action = farm.client.send_printer_action(&cluster, &printers[1], "rename").send().await;
    assert_eq!(status_and_code(action.expect_err("an error")), inactive);

    let status = farm.client.get_cluster_status(&cluster).send().await.expect("a status");
    assert_eq!(status.is_online, Some(false));
    for printer in status.printers.expect("printers") {
        assert_eq!(printer.status.expect("a status").as_str(), "unreachable");
    }

    farm.stand_in.set_printer_online(&cluster, &printers[0], true);
    for printer in &printers {
        let changes = [ChangeKind::PrinterOffline, ChangeKind::PrinterOnline];
        assert_eq!(farm.changes_of(printer), changes);
    }

    farm.print(&cluster).await;
}

#[tokio::test]
async fn progress_of_offline_printer_appears_when_it_is_online_again() {
    let farm = TestFarm::new(Farm::with_size(1, 2)).await;
    let cluster = farm.cluster().await;
    let printers = farm.printer_uuids(&cluster).await;
    let jobs = [farm.print(&cluster).await, farm.print(&cluster).await];
    farm.stand_in.advance(30 * MINUTE);

    let offline = farm.job(&cluster, &jobs[1]).await.printer_uuid.expect("a printer");
    assert_eq!(offline, printers[1]);

    farm.stand_in.set_printer_online(&cluster, &offline, false);
    let before = farm.job(&cluster, &jobs[1]).await;
    farm.stand_in.advance(HOUR);

    assert_eq!(farm.job_status(&cluster, &jobs[0]).await, "finished");
    let while_offline = farm.job(&cluster, &jobs[1]).await;
    assert_eq!(
        (while_offline.status.as_str(), while_offline.time_elapsed),
        ("printing", before.time_elapsed)
    );
    assert!(while_offline.last_seen >= Some(3600.0));

    farm.stand_in.set_printer_online(&cluster, &offline, true);
    assert_eq!(farm.job_status(&cluster, &jobs[1]).await, "post_print");

    farm.stand_in.advance(10 * MINUTE);
    assert_eq!(farm.job_status(&cluster, &jobs[1]).await, "finished");
}

#[tokio::test]
async fn job_on_broken_printer_fails_and_next_job_waits_for_repair() {
    let farm = TestFarm::new(Farm::with_size(1, 1)).await;
    let cluster = farm.cluster().await;
    let printer = farm.printer_uuids(&cluster).await.swap_remove(0);
    let (first, second) = (farm.print(&cluster).await, farm.print(&cluster).await);
    farm.stand_in.advance(10 * MINUTE);
    farm.stand_in.break_printer(&cluster, &printer, "AIR_MANAGER_FILTER_MISSING");
    farm.stand_in.advance(HOUR);

    assert_eq!(farm.job_status(&cluster, &first).await, "failed");
    assert_eq!(farm.job_status(&cluster, &second).await, "queued");

    let broken = farm.printers(&cluster).await.swap_remove(0);
    assert_eq!(broken.status.expect("a status").as_str(), "error");
    assert_eq!(broken.errors.expect("errors")[0].code, "AIR_MANAGER_FILTER_MISSING");
    assert_eq!(broken.faults.expect("faults").len(), 1);

    farm.stand_in.repair_printer(&cluster, &printer);
    assert_eq!(farm.job_status(&cluster, &second).await, "sent_to_printer");

    let changes = [ChangeKind::PrinterBroken, ChangeKind::PrinterRepaired];
    assert_eq!(farm.changes_of(&printer), changes);
    assert_eq!(farm.changes_of(&first).last(), Some(&ChangeKind::JobFailed));
}

#[tokio::test]
async fn printer_without_queue_rejects_job_while_busy() {
    let farm = TestFarm::new(Farm::new()).await;
    let clusters = farm.clusters().await;
    let reception = &clusters[2];
    let cluster = farm.client.get_cluster(reception).send().await.expect("a cluster");
    assert!(!cluster.capabilities.expect("capabilities").contains(&"queue".to_owned()));

    farm.stand_in.advance(24 * HOUR);
    farm.print(reception).await;
    let file = farm.stand_in.add_file("vase.ufp", HOUR);
    let busy = farm.client.print(reception, file).send().await.expect_err("an error");
    assert_eq!(status_and_code(busy), api_error(409, "printerNotAcceptingJobs"));
}

#[tokio::test]
async fn prints_consume_material_of_the_station() {
    let farm = TestFarm::new(Farm::with_size(1, 1)).await;
    let cluster = farm.cluster().await;
    let slots = async || {
        let printer = farm.printers(&cluster).await.swap_remove(0);
        printer.material_station.expect("a station").material_slots.expect("slots")
    };

    let full = slots().await;
    assert_eq!(full.len(), 6);
    assert_eq!((full[2].extruder_index, full[2].material_remaining), (-1, -1.0));

    for _ in 0..40 {
        farm.print(&cluster).await;
    }
    farm.stand_in.advance(30 * HOUR);
    let used = slots().await;
    assert!((0.0..full[0].material_remaining).contains(&used[0].material_remaining));

    farm.stand_in.advance(100 * HOUR);
    let empty = slots().await;
    assert_eq!((empty[0].material_empty, empty[0].material_remaining), (Some(true), 0.0));
    assert!(empty[1].material_remaining < full[1].material_remaining);
}

#[tokio::test]
async fn offline_time_adds_nothing_to_print_time_and_material() {
    let farm = TestFarm::new(Farm::with_size(1, 2)).await;
    let cluster = farm.cluster().await;
    let printers = farm.printer_uuids(&cluster).await;
    farm.print(&cluster).await;
    let job = farm.print(&cluster).await;

    let remaining = async || {
        let station = farm.printers(&cluster).await.swap_remove(1).material_station;
        let slots = station.expect("a station").material_slots.expect("slots");
        slots[0].material_remaining
    };

    let before = remaining().await;
    farm.stand_in.advance(30 * MINUTE);
    farm.stand_in.set_printer_online(&cluster, &printers[1], false);
    farm.stand_in.advance(10 * HOUR);
    farm.stand_in.set_printer_online(&cluster, &printers[1], true);

    let printed = farm.job(&cluster, &job).await;
    assert_eq!((printed.time_elapsed, printed.time_remaining), (Some(3600), 0));

    // A spool is sufficient for 48 hours.
    farm.stand_in.advance(HOUR);
    let used = before - remaining().await;
    assert!((used - 1.0 / 48.0).abs() < 1e-9, "{used}");
}
