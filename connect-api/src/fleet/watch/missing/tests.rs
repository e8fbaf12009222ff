//! Tests of the lookup of missing jobs, in paused time and without a server.

use std::collections::{HashSet, VecDeque};
use std::sync::Mutex;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::super::{MAX_OUTDATED_STATUSES, StatusFuture, Watch, WatchEvent};
use super::*;
use crate::auth::token::TokenError;
use crate::error::{ApiError, ConfigurationError};
use crate::models::ClusterStatusResponse;
use crate::requests::GetPrintJob;
use crate::{HeaderMap, StatusCode};

const INTERVAL: Duration = Duration::from_secs(10);

/// A job with this status and progress in percent.
fn job(uuid: &str, status: &str, percent: i64) -> Value {
    let state = match status {
        "finished" | "aborted" => "history",
        "none" => "deleted",
        _ => "in_progress",
    };

    json!({
        "cluster_id": "c", "created_at": "2026-01-01T10:00:00Z", "force": false, "is_online": true,
        "machine_variant": "Ultimaker S5", "name": uuid, "sent_from": "cloud",
        "started": percent > 0, "state": state, "status": status, "time_elapsed": percent,
        "time_remaining": 100 - percent, "time_total": 100, "uuid": uuid,
    })
}

/// A status with these open and ended jobs, generated this many minutes after noon.
fn status(minute: u32, open: &[Value], ended: &[Value]) -> Value {
    let time = format!("2026-01-01T12:{minute:02}:00Z");
    json!({"generated_time": time, "print_jobs": open, "recently_completed": ended})
}

/// The job requests: when each was sent, in seconds, and the UUID.
type JobRequests = Arc<Mutex<Vec<(u64, String)>>>;

/// A watch that gets these statuses, and its job requests. The last status repeats. `respond`
/// returns the response for a UUID and the number of the request.
fn watch(
    statuses: Vec<Value>,
    respond: impl Fn(&str, usize) -> Result<Value, Error> + Send + Sync + 'static,
) -> (Watch, JobRequests) {
    let mut statuses: VecDeque<ClusterStatusResponse> =
        statuses.into_iter().map(|status| serde_json::from_value(status).unwrap()).collect();
    let last = statuses.pop_back().unwrap();
    let statuses = Mutex::new(statuses);

    let poll = move || -> StatusFuture {
        let status = statuses.lock().unwrap().pop_front().unwrap_or_else(|| last.clone());
        Box::pin(std::future::ready(Ok(status)))
    };
    let (requests, start) = (JobRequests::default(), Instant::now());
    let log = requests.clone();

    let request_job: RequestJob = Arc::new(move |uuid| {
        let mut log = log.lock().unwrap();
        log.push((start.elapsed().as_secs(), uuid.to_owned()));
        let job = respond(uuid, log.len()).map(|job| serde_json::from_value(job).unwrap());
        Box::pin(std::future::ready(job))
    });

    (Watch::new(INTERVAL, Box::new(poll), request_job), requests)
}

/// The texts of the events of ten minutes, without failed and recovered polls.
async fn event_texts(watch: &mut Watch) -> Vec<String> {
    let mut texts = Vec::new();
    let end = Instant::now() + Duration::from_secs(600);
    while let Ok(event) = tokio::time::timeout_at(end, watch.next()).await {
        match event.expect("no end").expect("no error") {
            WatchEvent::PollFailed { .. } | WatchEvent::PollRecovered => {}
            event => texts.push(event.to_string()),
        }
    }

    texts
}

fn transient_error() -> Error {
    TokenError::transient("any").into()
}

#[tokio::test(start_paused = true)]
async fn ended_jobs_beyond_the_last_ten_are_requested_and_reported() {
    let uuids: Vec<String> = (10..40).map(|number| number.to_string()).collect();
    let ended = |uuid: &str| {
        let mut job = job(uuid, "finished", 100);
        job["deleted_at"] = json!(format!("2026-01-01T12:01:{uuid}Z"));
        job
    };

    let running: Vec<_> = uuids.iter().map(|uuid| job(uuid, "printing", 50)).collect();
    let recent: Vec<_> = uuids[20..].iter().rev().map(|uuid| ended(uuid)).collect();
    let statuses = vec![status(0, &running, &[]), status(2, &[], &recent)];
    let (mut watch, requests) = watch(statuses, move |uuid, _| Ok(ended(uuid)));
    let expected: Vec<_> = uuids.iter().map(|uuid| format!("job `{uuid}` has finished")).collect();

    assert_eq!(
        event_texts(&mut watch).await,
        expected,
        "each once, in the order in which they ended"
    );
    let once: Vec<_> = uuids[..20].iter().map(|uuid| (10, uuid.clone())).collect();
    assert_eq!(*requests.lock().unwrap(), once);
}

#[tokio::test(start_paused = true)]
async fn missing_job_is_removed_only_if_api_reports_it_deleted() {
    for (answer, expected) in [
        (job("a", "none", 0), vec!["job `a` was removed"]),
        (job("a", "aborted", 0), vec!["job `a` has failed: aborted"]),
        (job("a", "finished", 100), vec!["job `a` has started", "job `a` has finished"]),
        (job("a", "queued", 0), vec![]),
    ] {
        let statuses = vec![status(0, &[job("a", "queued", 0)], &[]), status(1, &[], &[])];
        let (mut watch, _) = watch(statuses, move |_, _| Ok(answer.clone()));
        assert_eq!(event_texts(&mut watch).await, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn failed_job_request_is_retried_after_the_other_jobs() {
    let all = ["a", "b", "c"].map(|uuid| job(uuid, "printing", 50));
    let statuses = vec![status(0, &all, &[]), status(1, &[], &[])];

    // The first requests fail, and those for `a` fail longer.
    let (mut watch, requests) = watch(statuses, |uuid, count| match (uuid, count) {
        (_, ..=2) | ("a", ..=6) => Err(transient_error()),
        _ => Ok(job(uuid, "finished", 100)),
    });
    let expected = ["c", "b", "a"].map(|uuid| format!("job `{uuid}` has finished"));
    assert_eq!(event_texts(&mut watch).await, expected);

    let requests = requests.lock().unwrap();
    let requests: Vec<_> = requests.iter().map(|(time, uuid)| (*time, uuid.as_str())).collect();
    let expected = [(10, "a"), (20, "b"), (30, "c"), (30, "a"), (40, "b"), (40, "a"), (50, "a")];

    assert_eq!(requests, expected, "at most one failed request after each status");
    assert!(watch.status().is_some());
}

/// An API error with this status.
fn api_error(status: u16) -> Error {
    let status = StatusCode::from_u16(status).unwrap();
    let operation = Arc::new(GetPrintJob::OPERATION);
    let error = ApiError::new(&operation, status, HeaderMap::new(), b"", &[]);
    Error::Api(Box::new(error))
}

#[tokio::test(start_paused = true)]
async fn missing_job_is_removed_only_if_not_found() {
    for (code, is_removed) in [(400, false), (404, true), (409, false), (410, true), (500, false)] {
        let statuses = vec![status(0, &[job("a", "printing", 50)], &[]), status(1, &[], &[])];
        let (mut watch, _) = watch(statuses, move |uuid, count| match count {
            1 => Err(api_error(code)),
            _ => Ok(job(uuid, "finished", 100)),
        });

        let expected = if is_removed { "job `a` was removed" } else { "job `a` has finished" };
        assert_eq!(event_texts(&mut watch).await, [expected], "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn forbidden_job_request_ends_watch_after_its_events() {
    let all = ["a", "b"].map(|uuid| job(uuid, "printing", 50));
    let statuses = vec![status(0, &all, &[]), status(1, &[], &[job("b", "finished", 100)])];

    for code in [401, 403] {
        let (mut watch, _) = watch(statuses.clone(), move |_, _| Err(api_error(code)));
        let event = watch.next().await.unwrap().unwrap();
        assert_eq!(event.to_string(), "job `b` has finished");

        let error = watch.next().await.unwrap().unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), code);
        assert!(watch.next().await.is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn job_requests_per_status_are_limited_and_rotate() {
    let uuids: Vec<String> = (100..200).map(|number| number.to_string()).collect();
    let running: Vec<_> = uuids.iter().map(|uuid| job(uuid, "printing", 50)).collect();
    let statuses = vec![status(0, &running, &[]), status(1, &[], &[])];
    let (mut watch, requests) = watch(statuses, |uuid, _| Ok(job(uuid, "printing", 50)));

    assert!(event_texts(&mut watch).await.is_empty(), "the jobs continue");
    let requests = requests.lock().unwrap();
    for batch in requests.chunks(MAX_REQUESTS_PER_STATUS) {
        assert!(batch.iter().all(|(time, _)| *time == batch[0].0), "one batch after each status");
    }

    let first: HashSet<_> = requests.iter().take(uuids.len()).map(|(_, uuid)| uuid).collect();
    assert_eq!(
        first.len(),
        uuids.len(),
        "each job is requested once before any is requested again"
    );
}

#[tokio::test(start_paused = true)]
async fn outdated_status_is_ignored() {
    let printing = |minute, percent| status(minute, &[job("a", "printing", percent)], &[]);
    let finished = |minute| status(minute, &[], &[job("a", "finished", 100)]);
    let (mut watch, requests) = self::watch(
        vec![printing(0, 40), printing(2, 50), printing(1, 40), printing(3, 50)],
        |_, _| panic!(),
    );

    assert_eq!(event_texts(&mut watch).await, ["job `a` is printing at 50 %"]);
    let (mut watch, _) = self::watch(
        vec![printing(0, 40), finished(2), printing(1, 50), finished(3)],
        |_, _| panic!(),
    );
    assert_eq!(event_texts(&mut watch).await, ["job `a` has finished"]);
    assert!(requests.lock().unwrap().is_empty());

    // Many outdated statuses in a row: the clock was set back.
    let mut statuses = vec![printing(30, 40)];
    statuses.extend((0..10).map(|minute| printing(minute, 50 + i64::from(minute))));
    let (mut watch, _) = self::watch(statuses, |_, _| panic!());
    let texts = event_texts(&mut watch).await;

    assert_eq!(texts[0], format!("job `a` is printing at {} %", 50 + MAX_OUTDATED_STATUSES));
    assert_eq!(texts.len(), 10 - usize::from(MAX_OUTDATED_STATUSES));
}

/// An error that means that the job does not exist.
fn not_found() -> Error {
    ConfigurationError::new("no such job").into()
}

#[tokio::test(start_paused = true)]
async fn tracked_job_that_is_never_listed_is_reported() {
    for (answer, expected) in [
        (job("a", "none", 0), vec!["job `a` was removed"]),
        (job("a", "aborted", 0), vec!["job `a` has failed: aborted"]),
        (job("a", "finished", 100), vec!["job `a` has started", "job `a` has finished"]),
    ] {
        // Also if the status has no lists.
        for now in [status(1, &[], &[]), json!({})] {
            let answer = answer.clone();
            let (watch, requests) = watch(vec![now], move |_, _| Ok(answer.clone()));
            let before = serde_json::from_value(status(0, &[], &[])).unwrap();
            assert_eq!(event_texts(&mut watch.since(before).job("a").job("a")).await, expected);
            assert_eq!(*requests.lock().unwrap(), [(0, "a".to_owned())], "once");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn tracked_job_is_not_found_only_after_grace_period() {
    // The minute is measured by the pauses of the watch or by the times in the statuses.
    let constant_time = vec![status(0, &[], &[])];
    let minutes: Vec<_> = (0..3).map(|minute| status(minute, &[], &[])).collect();
    for (statuses, seconds) in [(constant_time, 60), (vec![json!({})], 60), (minutes, 10)] {
        let (watch, requests) = watch(statuses, |_, _| Err(not_found()));
        assert_eq!(event_texts(&mut watch.job("a")).await, ["job a was not found"]);

        let requests: Vec<_> = requests.lock().unwrap().iter().map(|(time, _)| *time).collect();
        let expected: Vec<_> = (0..=seconds / 10).map(|count| count * 10).collect();
        assert_eq!(requests, expected, "one request after each status within the minute");
    }

    // The job is listed or found before the end of the minute.
    let mut statuses = vec![status(0, &[], &[]); 4];
    statuses.push(status(0, &[job("a", "printing", 10)], &[]));
    statuses.push(status(0, &[], &[job("a", "finished", 100)]));

    let (watch, requests) = self::watch(statuses, |_, _| Err(not_found()));
    let expected = ["job `a` has started", "job `a` has finished"];
    assert_eq!(event_texts(&mut watch.job("a")).await, expected);
    assert_eq!(requests.lock().unwrap().len(), 4);

    let (watch, _) = self::watch(vec![status(0, &[], &[])], |_, count| match count {
        ..4 => Err(not_found()),
        4..6 => Ok(job("a", "printing", 50)),
        _ => Ok(job("a", "finished", 100)),
    });

    assert_eq!(event_texts(&mut watch.job("a")).await, expected);
}

#[tokio::test(start_paused = true)]
async fn end_of_tracked_job_is_reported_even_if_old() {
    let mut done = job("a", "finished", 100);
    done["deleted_at"] = json!("2026-01-01T11:00:00Z");
    let listed = || status(5, &[], &[done.clone(), job("b", "finished", 100)]);
    let (watch, _) = self::watch(vec![listed()], |_, _| panic!());

    assert_eq!(
        event_texts(&mut watch.job("a")).await,
        ["job `a` has finished"],
        "and no event for `b`, which is not tracked"
    );

    for since in [status(4, &[], &[]), listed()] {
        let since = serde_json::from_value(since).unwrap();
        let (watch, _) = self::watch(vec![listed()], |_, _| panic!());
        let texts = event_texts(&mut watch.job("a").since(since)).await;

        assert_eq!(
            texts.iter().filter(|event| *event == "job `a` has finished").count(),
            1,
            "{texts:?}"
        );
    }

    // A known open job that is no longer found is removed at once, without a grace period.
    let open = serde_json::from_value(status(0, &[job("a", "queued", 0)], &[])).unwrap();
    let (watch, _) = self::watch(vec![status(1, &[], &[])], |_, _| Err(not_found()));
    assert_eq!(event_texts(&mut watch.since(open).job("a")).await, ["job `a` was removed"]);
}
