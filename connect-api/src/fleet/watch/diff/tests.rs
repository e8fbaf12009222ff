//! Tests of the differences between two statuses.

use serde_json::{Value, json};

use super::*;

fn status(printers: Value, print_jobs: Value, recently_completed: Value) -> Status {
    let status = json!({
        "generated_time": "2026-01-01T12:00:00Z",
        "is_online": true,
        "printers": printers,
        "print_jobs": print_jobs,
        "recently_completed": recently_completed,
    });

    serde_json::from_value(status).unwrap()
}

fn jobs(print_jobs: Value, recently_completed: Value) -> Status {
    status(json!([]), print_jobs, recently_completed)
}

fn printers(printers: Value) -> Status {
    status(printers, json!([]), json!([]))
}

/// A job at 50 %.
fn job(uuid: &str, status: &str) -> Value {
    job_at(uuid, status, 50)
}

fn job_at(uuid: &str, status: &str, time_elapsed: i64) -> Value {
    let is_waiting = matches!(status, "queued" | "sent_to_printer");
    json!({
        "cluster_id": "c", "created_at": "2026-01-01T10:00:00Z", "force": false, "is_online": true,
        "machine_variant": "Ultimaker S5", "name": uuid, "sent_from": "cloud", "started": !is_waiting,
        "state": "in_progress", "status": status, "time_elapsed": time_elapsed,
        "time_remaining": 50, "time_total": 100, "uuid": uuid,
    })
}

fn ended(uuid: &str, status: &str, time: &str) -> Value {
    let mut job = job(uuid, status);
    job["deleted_at"] = json!(format!("2026-01-01T{time}Z"));
    job["state"] = json!("history");
    job
}

fn printer(uuid: &str, status: &str) -> Value {
    json!({"uuid": uuid, "friendly_name": uuid, "status": status})
}

/// The `Display` texts of the changes.
fn change_texts(before: &Status, after: &Status) -> Vec<String> {
    changes(before, after, &[]).iter().map(ToString::to_string).collect()
}

#[test]
fn equal_statuses_have_no_changes() {
    let now = status(
        json!([printer("p", "printing"), printer("q", "unreachable"), printer("r", "error")]),
        json!([job("a", "printing"), job("b", "queued"), job("c", "wait_cleanup")]),
        json!([ended("d", "finished", "11:00:00"), ended("e", "aborted", "11:30:00")]),
    );

    assert_eq!(change_texts(&now, &now), Vec::<String>::new());
}

#[test]
fn extreme_dates_are_accepted() {
    let before = jobs(json!([]), json!([]));
    for year in ["+262142", "-262142", "9999"] {
        let mut job = ended("a", "finished", "11:00:00");
        job["deleted_at"] = json!(format!("{year}-12-31T23:59:59Z"));
        let now = jobs(json!([]), json!([job]));
        assert!(now.recently_completed.as_ref().unwrap()[0].deleted_at.is_some(), "{year}");
        assert_eq!(change_texts(&before, &now).is_empty(), year.starts_with('-'), "{year}");
    }
}

#[test]
fn job_starts_progresses_and_finishes() {
    let states = [
        jobs(json!([job_at("a", "queued", 0)]), json!([])),
        jobs(json!([job_at("a", "pre_print", 0)]), json!([])),
        jobs(json!([job_at("a", "printing", 0)]), json!([])),
        jobs(json!([job_at("a", "printing", 40)]), json!([])),
        jobs(json!([job_at("a", "printing", 40)]), json!([])),
        jobs(json!([job_at("a", "paused", 40)]), json!([])),
        jobs(json!([job_at("a", "printing", 100)]), json!([])),
        jobs(json!([job_at("a", "wait_cleanup", 101)]), json!([])),
        jobs(json!([]), json!([ended("a", "finished", "12:01:00")])),
        jobs(json!([]), json!([])),
    ];
    let texts: Vec<_> = states.windows(2).map(|pair| change_texts(&pair[0], &pair[1])).collect();

    let expected: [&[&str]; 9] = [
        &["job `a` has started"],
        &["job `a` is printing at 0 %"],
        &["job `a` is printing at 40 %"],
        &[],
        &["job `a` is paused at 40 %"],
        &["job `a` is printing at 100 %"],
        &["job `a` has finished"],
        &[],
        &[],
    ];

    assert_eq!(texts, expected);
}

#[test]
fn ended_job_is_finished_failed_or_removed() {
    let running = jobs(json!([job("a", "printing")]), json!([]));
    for (now, expected) in [
        (jobs(json!([]), json!([ended("a", "finished", "12:01:00")])), "job `a` has finished"),
        (
            jobs(json!([]), json!([ended("a", "aborted", "12:01:00")])),
            "job `a` has failed: aborted",
        ),
        (jobs(json!([job("a", "failed")]), json!([])), "job `a` has failed: failed"),
        (jobs(json!([job("a", "error")]), json!([])), "job `a` has failed: error"),
        (jobs(json!([job("a", "wait_cleanup")]), json!([])), "job `a` has failed: wait_cleanup"),
        (jobs(json!([job_at("a", "wait_cleanup", 100)]), json!([])), "job `a` has finished"),
        (
            jobs(json!([]), json!([ended("a", "new_word", "12:01:00")])),
            "job `a` has failed: new_word",
        ),
        (jobs(json!([]), json!([])), "job `a` was removed"),
        (
            jobs(json!([job("a", "printing")]), json!([ended("a", "finished", "12:01:00")])),
            "job `a` has finished",
        ),
    ] {
        assert_eq!(change_texts(&running, &now), [expected]);
    }
}

#[test]
fn changes_between_two_polls_are_in_order() {
    let before = jobs(json!([job("a", "printing"), job("b", "queued")]), json!([]));
    let completed = json!([
        ended("c", "finished", "12:03:00"),
        ended("b", "finished", "12:02:00"),
        ended("a", "finished", "12:01:00"),
    ]);

    let now = jobs(json!([job("d", "printing")]), completed);
    let expected = [
        "job `a` has finished",
        "job `b` has started",
        "job `b` has finished",
        "job `c` has started",
        "job `c` has finished",
        "job `d` has started",
    ];

    assert_eq!(change_texts(&before, &now), expected);
}

#[test]
fn failed_job_that_never_started_has_no_start_event() {
    let before = jobs(json!([job("a", "queued")]), json!([]));
    let mut aborted = ended("a", "aborted", "12:01:00");
    aborted["started"] = json!(false);

    assert_eq!(
        change_texts(&before, &jobs(json!([]), json!([aborted]))),
        ["job `a` has failed: aborted"]
    );
}

#[test]
fn old_job_that_returns_to_the_list_is_not_reported() {
    let before = jobs(json!([]), json!([ended("b", "finished", "11:59:00")]));
    let now = |time: &str| jobs(json!([]), json!([ended("a", "finished", time)]));
    assert_eq!(change_texts(&before, &now("09:00:00")), Vec::<String>::new());
    assert_eq!(change_texts(&before, &now("11:59:30")).len(), 2, "the list lagged behind");
    assert_eq!(change_texts(&before, &now("12:00:30")).len(), 2);
}

#[test]
fn job_with_unknown_status_is_running_if_started() {
    let before = jobs(json!([job("a", "queued")]), json!([]));
    let now = jobs(json!([job("a", "polishing")]), json!([]));
    assert_eq!(change_texts(&before, &now), ["job `a` has started"]);
    assert_eq!(change_texts(&now, &now), Vec::<String>::new());
}

#[test]
fn printers_go_online_and_offline() {
    let all = printers(json!([printer("p", "idle"), printer("q", "unreachable")]));
    let other = printers(json!([printer("p", "unreachable"), printer("q", "idle")]));
    assert_eq!(change_texts(&all, &other), ["printer `q` is online", "printer `p` is offline"]);

    let fewer = printers(json!([printer("q", "unreachable")]));
    assert_eq!(change_texts(&all, &fewer), ["printer `p` is offline"]);
    assert_eq!(change_texts(&fewer, &all), ["printer `p` is online"]);

    let mut offline_cluster = all.clone();
    offline_cluster.is_online = Some(false);
    assert_eq!(change_texts(&all, &offline_cluster), ["printer `p` is offline"]);
    assert_eq!(change_texts(&offline_cluster, &all), ["printer `p` is online"]);
}

#[test]
fn attention_reason_is_reported_once() {
    let fine = printers(json!([printer("p", "idle")]));
    let mut faulty = printer("p", "idle");
    faulty["errors"] = json!([{"code": "FILTER_MISSING", "uuid": "u"}]);

    let one = printers(json!([faulty.clone()]));
    faulty["faults"] = json!([{
        "code": "E1", "message": "m", "severity": "s", "timestamp": "t", "uuid": "v",
    }]);
    faulty["status"] = json!("error");
    faulty["maintenance_required"] = json!(true);

    let more = printers(json!([faulty]));
    assert_eq!(change_texts(&fine, &one), ["printer `p` needs attention: FILTER_MISSING"]);

    assert_eq!(
        change_texts(&one, &more),
        ["printer `p` needs attention: E1, error, maintenance_required"]
    );
    assert_eq!(change_texts(&more, &one), Vec::<String>::new());
    assert_eq!(change_texts(&fine, &fine), Vec::<String>::new());
}

#[test]
fn waiting_job_is_attention_reason_of_its_printer() {
    for (field, name) in [("printer_uuid", "p"), ("assigned_to", "ultimakersystem-1")] {
        let on_p = |status: &str| {
            let mut printer = printer("p", "printing");
            printer["unique_name"] = json!("ultimakersystem-1");
            let mut job = job_at("a", status, 100);
            job[field] = json!(name);

            super::tests::status(json!([printer]), json!([job]), json!([]))
        };
        let expected = ["job `a` has finished", "printer `p` needs attention: wait_cleanup"];
        assert_eq!(change_texts(&on_p("printing"), &on_p("wait_cleanup")), expected);

        let events = changes(&on_p("printing"), &on_p("wait_user_action"), &[]);
        assert!(matches!(events[0], WatchEvent::JobProgressed { percent: Some(100), .. }));
        assert!(matches!(events[1], WatchEvent::PrinterNeedsAttention { .. }));
    }
}

/// The changes of each status after the first, if the lookup of missing jobs has no results.
fn texts_per_status(statuses: &[Status]) -> Vec<Vec<String>> {
    let mut before = statuses[0].clone();
    let pairs = statuses.windows(2);

    pairs
        .map(|pair| {
            let now = merge(&before, &pair[1], &[], &Lookup::default());
            let texts = change_texts(&before, &now);
            before = now;
            texts
        })
        .collect()
}

#[test]
fn absent_list_keeps_known_entries() {
    let before = status(json!([printer("p", "idle")]), json!([job("a", "printing")]), json!([]));
    let after = status(json!([printer("p", "idle")]), json!([job("a", "paused")]), json!([]));
    let no_lists = Status::default();
    let expected: [&[&str]; 3] = [&[], &[], &["job `a` is paused at 50 %"]];
    assert_eq!(texts_per_status(&[before, no_lists.clone(), no_lists, after]), expected);
}

#[test]
fn job_between_two_lists_is_not_removed_and_ends_once() {
    let running = jobs(json!([job("a", "printing")]), json!([]));
    let cleanup = jobs(json!([job_at("a", "wait_cleanup", 100)]), json!([]));
    let unlisted = jobs(json!([]), json!([]));
    let done = jobs(json!([]), json!([ended("a", "finished", "12:01:00")]));
    let finished: &[&str] = &["job `a` has finished"];
    let statuses =
        [running.clone(), unlisted.clone(), done.clone(), unlisted.clone(), done.clone()];

    assert_eq!(texts_per_status(&statuses), [&[], finished, &[], &[]]);
    let statuses = [running.clone(), cleanup, unlisted.clone(), unlisted.clone(), done];
    assert_eq!(texts_per_status(&statuses), [finished, &[], &[], &[]]);

    let statuses = [running, unlisted.clone(), unlisted.clone(), unlisted];
    assert_eq!(
        texts_per_status(&statuses),
        [[""; 0]; 3],
        "without a lookup result the job stays as it was"
    );
}

#[test]
fn ended_job_does_not_run_again() {
    let running = |percent| jobs(json!([job_at("a", "printing", percent)]), json!([]));
    let done = jobs(json!([]), json!([ended("a", "finished", "12:01:00")]));
    let statuses = [running(40), done.clone(), running(50), done.clone(), running(60), done];
    let finished: &[&str] = &["job `a` has finished"];
    assert_eq!(texts_per_status(&statuses), [finished, &[], &[], &[], &[]]);
}

#[test]
fn missing_job_gets_state_of_lookup() {
    let listed = json!([job("a", "printing"), job("b", "queued"), job("c", "printing")]);
    let before = jobs(listed, json!([ended("old", "finished", "11:00:00")]));
    let now = jobs(json!([job("c", "printing")]), json!([ended("d", "finished", "12:02:00")]));

    assert_eq!(missing_jobs(&before, &now, &[]), ["a", "b"], "open jobs that are not listed");
    assert_eq!(missing_jobs(&before, &Status::default(), &[]), [""; 0], "the status has no lists");

    let lookup = |job: Value| {
        let job: Job = serde_json::from_value(job).unwrap();
        let found = [(job.uuid.clone(), job)].into_iter().collect();
        Lookup { found, ..Lookup::default() }
    };
    let d_events = ["job `d` has started", "job `d` has finished"];
    for (job, expected) in [
        // Events are in the order in which the jobs ended.
        (
            ended("a", "finished", "12:01:00"),
            vec!["job `a` has finished", d_events[0], d_events[1]],
        ),
        (
            ended("a", "aborted", "12:03:00"),
            vec![d_events[0], d_events[1], "job `a` has failed: aborted"],
        ),
        (
            job_at("a", "printing", 60),
            vec![d_events[0], d_events[1], "job `a` is printing at 60 %"],
        ),
        (
            ended("b", "finished", "12:01:00"),
            vec!["job `b` has started", "job `b` has finished", d_events[0], d_events[1]],
        ),
    ] {
        assert_eq!(change_texts(&before, &merge(&before, &now, &[], &lookup(job))), expected);
    }

    let lookup = Lookup { removed: [("b".to_owned(), None)].into(), ..Lookup::default() };
    let state = merge(&before, &now, &[], &lookup);
    assert_eq!(change_texts(&before, &state), [d_events[0], d_events[1], "job `b` was removed"]);
}

#[test]
fn number_of_remembered_ended_jobs_is_limited() {
    let mut before = Status::default();
    for number in 0..1000 {
        let now = jobs(json!([]), json!([ended(&number.to_string(), "finished", "12:01:00")]));
        before = merge(&before, &now, &[], &Lookup::default());
    }

    assert_eq!(before.recently_completed.map(|jobs| jobs.len()), Some(MAX_REMEMBERED_JOBS + 1));
}

#[test]
fn percentage_is_between_0_and_100_for_any_times() {
    let percent = |elapsed: Value, total: i64| {
        let mut job = job("a", "printing");
        (job["time_elapsed"], job["time_total"]) = (elapsed, json!(total));
        super::percent(&serde_json::from_value(job).unwrap())
    };

    assert_eq!(percent(json!(150), 100), Some(100));
    assert_eq!(percent(json!(-5), 100), Some(0));
    assert_eq!(percent(json!(i64::MAX), i64::MAX), Some(100));
    assert_eq!(percent(json!(5), 0), None);
    assert_eq!(percent(Value::Null, 100), None);
}

/// A search through the lists for each of the jobs would take far longer than the limit.
#[test]
fn thousand_removed_jobs_are_compared_quickly() {
    let uuids: Vec<String> = (0..1000).map(|number| number.to_string()).collect();
    let full: Vec<Value> = uuids.iter().map(|uuid| job(uuid, "queued")).collect();
    let (full, empty) = (jobs(json!(full), json!([])), jobs(json!([]), json!([])));
    let start = std::time::Instant::now();
    let removed = missing_jobs(&full, &empty, &[]).into_iter().map(|uuid| (uuid, None)).collect();
    let state = merge(&full, &empty, &[], &Lookup { removed, ..Lookup::default() });

    assert_eq!(change_texts(&full, &state).len(), 1000);
    assert!(start.elapsed() < std::time::Duration::from_secs(5), "{:?}", start.elapsed());
}
