//! Two statuses, and what has changed between them.

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

/// A job, half of which is done.
fn job(uuid: &str, status: &str) -> Value {
    job_at(uuid, status, 50)
}

fn job_at(uuid: &str, status: &str, time_elapsed: i64) -> Value {
    let waits = matches!(status, "queued" | "sent_to_printer");
    json!({
        "cluster_id": "c", "created_at": "2026-01-01T10:00:00Z", "force": false, "is_online": true,
        "machine_variant": "Ultimaker S5", "name": uuid, "sent_from": "cloud", "started": !waits,
        "state": "in_progress", "status": status, "time_elapsed": time_elapsed,
        "time_remaining": 50, "time_total": 100, "uuid": uuid,
    })
}

fn ended(uuid: &str, status: &str, at: &str) -> Value {
    let mut job = job(uuid, status);
    job["deleted_at"] = json!(format!("2026-01-01T{at}Z"));
    job["state"] = json!("history");
    job
}

fn printer(uuid: &str, status: &str) -> Value {
    json!({"uuid": uuid, "friendly_name": uuid, "status": status})
}

/// The changes, a line each.
fn changes(before: &Status, now: &Status) -> Vec<String> {
    between(before, now, &[]).iter().map(ToString::to_string).collect()
}

#[test]
fn nothing_has_changed_where_nothing_has() {
    let now = status(
        json!([printer("p", "printing"), printer("q", "unreachable"), printer("r", "error")]),
        json!([job("a", "printing"), job("b", "queued"), job("c", "wait_cleanup")]),
        json!([ended("d", "finished", "11:00:00"), ended("e", "aborted", "11:30:00")]),
    );

    assert_eq!(changes(&now, &now), Vec::<String>::new());
}

#[test]
fn no_time_is_too_far_away() {
    let before = jobs(json!([]), json!([]));
    for year in ["+262142", "-262142", "9999"] {
        let mut job = ended("a", "finished", "11:00:00");
        job["deleted_at"] = json!(format!("{year}-12-31T23:59:59Z"));
        let now = jobs(json!([]), json!([job]));
        assert!(now.recently_completed.as_ref().unwrap()[0].deleted_at.is_some(), "{year}");
        assert_eq!(changes(&before, &now).is_empty(), year.starts_with('-'), "{year}");
    }
}

#[test]
fn a_job_starts_progresses_and_finishes() {
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
    let all: Vec<_> = states.windows(2).map(|pair| changes(&pair[0], &pair[1])).collect();

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

    assert_eq!(all, expected);
}

#[test]
fn a_job_ends_in_one_of_many_ways() {
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
        (jobs(json!([]), json!([])), "job `a` is gone"),
        (
            jobs(json!([job("a", "printing")]), json!([ended("a", "finished", "12:01:00")])),
            "job `a` has finished",
        ),
    ] {
        assert_eq!(changes(&running, &now), [expected]);
    }
}

#[test]
fn what_happened_between_two_polls_is_told_in_order() {
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

    assert_eq!(changes(&before, &now), expected);
}

#[test]
fn a_job_that_never_started_fails_without_having_started() {
    let before = jobs(json!([job("a", "queued")]), json!([]));
    let mut aborted = ended("a", "aborted", "12:01:00");
    aborted["started"] = json!(false);

    assert_eq!(
        changes(&before, &jobs(json!([]), json!([aborted]))),
        ["job `a` has failed: aborted"]
    );
}

#[test]
fn an_old_job_that_is_back_in_the_list_is_no_news() {
    let before = jobs(json!([]), json!([ended("b", "finished", "11:59:00")]));
    let now = |at: &str| jobs(json!([]), json!([ended("a", "finished", at)]));
    assert_eq!(changes(&before, &now("09:00:00")), Vec::<String>::new());
    assert_eq!(changes(&before, &now("11:59:30")).len(), 2, "the list had lagged");
    assert_eq!(changes(&before, &now("12:00:30")).len(), 2);
}

#[test]
fn a_job_of_unknown_status_runs_if_it_has_started() {
    let before = jobs(json!([job("a", "queued")]), json!([]));
    let now = jobs(json!([job("a", "polishing")]), json!([]));
    assert_eq!(changes(&before, &now), ["job `a` has started"]);
    assert_eq!(changes(&now, &now), Vec::<String>::new());
}

#[test]
fn printers_come_and_go() {
    let all = printers(json!([printer("p", "idle"), printer("q", "unreachable")]));
    let other = printers(json!([printer("p", "unreachable"), printer("q", "idle")]));
    assert_eq!(changes(&all, &other), ["printer `q` is online", "printer `p` is offline"]);

    let fewer = printers(json!([printer("q", "unreachable")]));
    assert_eq!(changes(&all, &fewer), ["printer `p` is offline"]);
    assert_eq!(changes(&fewer, &all), ["printer `p` is online"]);

    let mut dark = all.clone();
    dark.is_online = Some(false);
    assert_eq!(changes(&all, &dark), ["printer `p` is offline"]);
    assert_eq!(changes(&dark, &all), ["printer `p` is online"]);
}

#[test]
fn a_printer_needs_attention_once_for_each_reason() {
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
    assert_eq!(changes(&fine, &one), ["printer `p` needs attention: FILTER_MISSING"]);

    assert_eq!(
        changes(&one, &more),
        ["printer `p` needs attention: E1, error, maintenance_required"]
    );
    assert_eq!(changes(&more, &one), Vec::<String>::new());
    assert_eq!(changes(&fine, &fine), Vec::<String>::new());
}

#[test]
fn a_job_that_waits_for_a_person_has_its_printer_need_attention() {
    for (field, name) in [("printer_uuid", "p"), ("assigned_to", "ultimakersystem-1")] {
        let on_p = |status: &str| {
            let mut printer = printer("p", "printing");
            printer["unique_name"] = json!("ultimakersystem-1");
            let mut job = job_at("a", status, 100);
            job[field] = json!(name);

            super::tests::status(json!([printer]), json!([job]), json!([]))
        };
        let expected = ["job `a` has finished", "printer `p` needs attention: wait_cleanup"];
        assert_eq!(changes(&on_p("printing"), &on_p("wait_cleanup")), expected);

        let events = between(&on_p("printing"), &on_p("wait_user_action"), &[]);
        assert!(matches!(events[0], WatchEvent::JobProgressed { percent: Some(100), .. }));
        assert!(matches!(events[1], WatchEvent::PrinterNeedsAttention { .. }));
    }
}

/// What a watch tells of statuses in a row, a list for each but the first, if it cannot ask for jobs
/// that are missing.
fn told(statuses: &[Status]) -> Vec<Vec<String>> {
    let mut before = statuses[0].clone();
    let pairs = statuses.windows(2);

    pairs
        .map(|pair| {
            let now = known(&before, &pair[1], &[], &Answers::default());
            let changes = changes(&before, &now);
            before = now;
            changes
        })
        .collect()
}

#[test]
fn lists_that_are_left_out_are_as_they_were() {
    let before = status(json!([printer("p", "idle")]), json!([job("a", "printing")]), json!([]));
    let after = status(json!([printer("p", "idle")]), json!([job("a", "paused")]), json!([]));
    let nothing = Status::default();
    let expected: [&[&str]; 3] = [&[], &[], &["job `a` is paused at 50 %"]];
    assert_eq!(told(&[before, nothing.clone(), nothing, after]), expected);
}

#[test]
fn a_job_between_two_lists_is_not_gone_and_ends_once() {
    let running = jobs(json!([job("a", "printing")]), json!([]));
    let cleanup = jobs(json!([job_at("a", "wait_cleanup", 100)]), json!([]));
    let nowhere = jobs(json!([]), json!([]));
    let done = jobs(json!([]), json!([ended("a", "finished", "12:01:00")]));
    let finished: &[&str] = &["job `a` has finished"];
    let row = [running.clone(), nowhere.clone(), done.clone(), nowhere.clone(), done.clone()];

    assert_eq!(told(&row), [&[], finished, &[], &[]]);
    let row = [running.clone(), cleanup, nowhere.clone(), nowhere.clone(), done];
    assert_eq!(told(&row), [finished, &[], &[], &[]]);

    let row = [running, nowhere.clone(), nowhere.clone(), nowhere];
    assert_eq!(told(&row), [[""; 0]; 3], "as long as nobody knows");
}

#[test]
fn a_job_that_has_ended_does_not_run_again() {
    let running = |at| jobs(json!([job_at("a", "printing", at)]), json!([]));
    let done = jobs(json!([]), json!([ended("a", "finished", "12:01:00")]));
    let row = [running(40), done.clone(), running(50), done.clone(), running(60), done];
    let finished: &[&str] = &["job `a` has finished"];
    assert_eq!(told(&row), [finished, &[], &[], &[], &[]]);
}

#[test]
fn what_is_missing_is_what_it_is_answered_to_be() {
    let listed = json!([job("a", "printing"), job("b", "queued"), job("c", "printing")]);
    let before = jobs(listed, json!([ended("old", "finished", "11:00:00")]));
    let now = jobs(json!([job("c", "printing")]), json!([ended("d", "finished", "12:02:00")]));

    assert_eq!(missing(&before, &now, &[]), ["a", "b"], "neither has ended, and neither is there");
    assert_eq!(missing(&before, &Status::default(), &[]), [""; 0], "it says nothing of jobs");

    let answered = |answer: Value| {
        let job: Job = serde_json::from_value(answer).unwrap();
        let found = [(job.uuid.clone(), job)].into_iter().collect();
        Answers { found, ..Answers::default() }
    };
    let of_d = ["job `d` has started", "job `d` has finished"];
    for (answer, expected) in [
        // In the order in which they ended.
        (ended("a", "finished", "12:01:00"), vec!["job `a` has finished", of_d[0], of_d[1]]),
        (ended("a", "aborted", "12:03:00"), vec![of_d[0], of_d[1], "job `a` has failed: aborted"]),
        (job_at("a", "printing", 60), vec![of_d[0], of_d[1], "job `a` is printing at 60 %"]),
        (
            ended("b", "finished", "12:01:00"),
            vec!["job `b` has started", "job `b` has finished", of_d[0], of_d[1]],
        ),
    ] {
        assert_eq!(changes(&before, &known(&before, &now, &[], &answered(answer))), expected);
    }

    let gone = Answers { gone: [("b".to_owned(), None)].into(), ..Answers::default() };
    let known = known(&before, &now, &[], &gone);
    assert_eq!(changes(&before, &known), [of_d[0], of_d[1], "job `b` is gone"]);
}

#[test]
fn no_more_ended_jobs_are_remembered_than_need_be() {
    let mut before = Status::default();
    for number in 0..1000 {
        let now = jobs(json!([]), json!([ended(&number.to_string(), "finished", "12:01:00")]));
        before = known(&before, &now, &[], &Answers::default());
    }

    assert_eq!(before.recently_completed.map(|jobs| jobs.len()), Some(REMEMBERED + 1));
}

#[test]
fn odd_times_make_no_odd_percentages() {
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

/// A thousand jobs are removed at once. To search the lists anew for each
/// of them would take far longer than the bound.
#[test]
fn a_cluster_that_is_emptied_at_once_takes_no_time() {
    let uuids: Vec<String> = (0..1000).map(|number| number.to_string()).collect();
    let full: Vec<Value> = uuids.iter().map(|uuid| job(uuid, "queued")).collect();
    let (full, empty) = (jobs(json!(full), json!([])), jobs(json!([]), json!([])));
    let start = std::time::Instant::now();
    let gone = missing(&full, &empty, &[]).into_iter().map(|uuid| (uuid, None)).collect();
    let known = known(&full, &empty, &[], &Answers { gone, ..Answers::default() });

    assert_eq!(changes(&full, &known).len(), 1000);
    assert!(start.elapsed() < std::time::Duration::from_secs(5), "{:?}", start.elapsed());
}
