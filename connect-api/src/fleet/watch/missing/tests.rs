//! A watch whose statuses lack jobs, in paused time and without a server.

use std::collections::{HashSet, VecDeque};
use std::sync::Mutex;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::super::{LATE, Watch, WatchEvent};
use super::*;
use crate::auth::token::TokenError;
use crate::error::{ApiError, ConfigurationError};
use crate::http::operation::Operation;
use crate::models::ClusterStatusResponse;
use crate::{HeaderMap, StatusCode};

const INTERVAL: Duration = Duration::from_secs(10);

/// A job of this state, so many percent of which are done.
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

/// A status made so many minutes after noon, of these jobs, the open and the ended ones.
fn status(minute: u32, open: &[Value], ended: &[Value]) -> Value {
    let time = format!("2026-01-01T12:{minute:02}:00Z");
    json!({"generated_time": time, "print_jobs": open, "recently_completed": ended})
}

type Asked = Arc<Mutex<Vec<(u64, String)>>>;

/// A watch of these statuses, the last one from then on; what is answered to who asks for a job is
/// what `answer` says of its UUID and the number of the request. And who was asked for when, in
/// seconds.
fn watch(
    statuses: Vec<Value>,
    answer: impl Fn(&str, usize) -> Result<Value, Error> + Send + Sync + 'static,
) -> (Watch, Asked) {
    let mut statuses: VecDeque<ClusterStatusResponse> =
        statuses.into_iter().map(|status| serde_json::from_value(status).unwrap()).collect();
    let last = statuses.pop_back().unwrap();
    let statuses = Mutex::new(statuses);

    let poll = move || -> super::super::Answer {
        let status = statuses.lock().unwrap().pop_front().unwrap_or_else(|| last.clone());
        Box::pin(std::future::ready(Ok(status)))
    };
    let (asked, start) = (Asked::default(), Instant::now());
    let log = asked.clone();

    let ask: Ask = Arc::new(move |uuid| {
        let mut log = log.lock().unwrap();
        log.push((start.elapsed().as_secs(), uuid.to_owned()));
        let job = answer(uuid, log.len()).map(|job| serde_json::from_value(job).unwrap());
        Box::pin(std::future::ready(job))
    });

    (Watch::new(INTERVAL, Box::new(poll), ask), asked)
}

/// All that a watch reports in ten minutes.
async fn told(watch: &mut Watch) -> Vec<String> {
    let mut told = Vec::new();
    let end = Instant::now() + Duration::from_secs(600);
    while let Ok(event) = tokio::time::timeout_at(end, watch.next()).await {
        match event.expect("no end").expect("no refusal") {
            WatchEvent::PollFailed { .. } | WatchEvent::PollRecovered => {}
            event => told.push(event.to_string()),
        }
    }

    told
}

fn unreachable() -> Error {
    TokenError::transient("any").into()
}

#[tokio::test(start_paused = true)]
async fn jobs_that_ended_beyond_the_last_ten_have_ended_and_are_not_gone() {
    let uuids: Vec<String> = (10..40).map(|number| number.to_string()).collect();
    let ended = |uuid: &str| {
        let mut job = job(uuid, "finished", 100);
        job["deleted_at"] = json!(format!("2026-01-01T12:01:{uuid}Z"));
        job
    };

    let running: Vec<_> = uuids.iter().map(|uuid| job(uuid, "printing", 50)).collect();
    let recent: Vec<_> = uuids[20..].iter().rev().map(|uuid| ended(uuid)).collect();
    let statuses = vec![status(0, &running, &[]), status(2, &[], &recent)];
    let (mut watch, asked) = watch(statuses, move |uuid, _| Ok(ended(uuid)));
    let expected: Vec<_> = uuids.iter().map(|uuid| format!("job `{uuid}` has finished")).collect();

    assert_eq!(told(&mut watch).await, expected, "each once, in the order in which they ended");
    let once: Vec<_> = uuids[..20].iter().map(|uuid| (10, uuid.clone())).collect();
    assert_eq!(*asked.lock().unwrap(), once);
}

#[tokio::test(start_paused = true)]
async fn a_job_is_gone_only_if_the_api_says_so() {
    for (answer, expected) in [
        (job("a", "none", 0), vec!["job `a` is gone"]),
        (job("a", "aborted", 0), vec!["job `a` has failed: aborted"]),
        (job("a", "finished", 100), vec!["job `a` has started", "job `a` has finished"]),
        (job("a", "queued", 0), vec![]),
    ] {
        let statuses = vec![status(0, &[job("a", "queued", 0)], &[]), status(1, &[], &[])];
        let (mut watch, _) = watch(statuses, move |_, _| Ok(answer.clone()));
        assert_eq!(told(&mut watch).await, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn who_cannot_be_asked_for_is_asked_for_again_and_keeps_no_other_from_its_turn() {
    let all = ["a", "b", "c"].map(|uuid| job(uuid, "printing", 50));
    let statuses = vec![status(0, &all, &[]), status(1, &[], &[])];

    // Nobody can be asked for at first, and `a` for longer.
    let (mut watch, asked) = watch(statuses, |uuid, count| match (uuid, count) {
        (_, ..=2) | ("a", ..=6) => Err(unreachable()),
        _ => Ok(job(uuid, "finished", 100)),
    });
    let expected = ["c", "b", "a"].map(|uuid| format!("job `{uuid}` has finished"));
    assert_eq!(told(&mut watch).await, expected);

    let asked = asked.lock().unwrap();
    let asked: Vec<_> = asked.iter().map(|(at, uuid)| (*at, uuid.as_str())).collect();
    let expected = [(10, "a"), (20, "b"), (30, "c"), (30, "a"), (40, "b"), (40, "a"), (50, "a")];

    assert_eq!(asked, expected, "no more than one that fails for each status");
    assert!(watch.status().is_some());
}

/// What the API refuses with this status.
fn refused(status: u16) -> Error {
    let status = StatusCode::from_u16(status).unwrap();
    let operation = Arc::new(Operation::new("get_print_job", "GET", "/"));
    let error = ApiError::new(&operation, status, HeaderMap::new(), b"", &[]);
    Error::Api(Box::new(error))
}

#[tokio::test(start_paused = true)]
async fn only_what_the_api_does_not_know_is_gone() {
    for (code, is_gone) in [(400, false), (404, true), (409, false), (410, true), (500, false)] {
        let statuses = vec![status(0, &[job("a", "printing", 50)], &[]), status(1, &[], &[])];
        let (mut watch, _) = watch(statuses, move |uuid, count| match count {
            1 => Err(refused(code)),
            _ => Ok(job(uuid, "finished", 100)),
        });

        let expected = if is_gone { "job `a` is gone" } else { "job `a` has finished" };
        assert_eq!(told(&mut watch).await, [expected], "{code}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_may_not_ask_for_a_job_hears_so_at_the_end_of_the_watch() {
    let all = ["a", "b"].map(|uuid| job(uuid, "printing", 50));
    let statuses = vec![status(0, &all, &[]), status(1, &[], &[job("b", "finished", 100)])];

    for code in [401, 403] {
        let (mut watch, _) = watch(statuses.clone(), move |_, _| Err(refused(code)));
        let event = watch.next().await.unwrap().unwrap();
        assert_eq!(event.to_string(), "job `b` has finished");

        let error = watch.next().await.unwrap().unwrap_err();
        assert_eq!(error.status().unwrap().as_u16(), code);
        assert!(watch.next().await.is_none());
    }
}

#[tokio::test(start_paused = true)]
async fn no_more_than_some_are_asked_for_after_a_status_and_all_have_their_turn() {
    let uuids: Vec<String> = (100..200).map(|number| number.to_string()).collect();
    let running: Vec<_> = uuids.iter().map(|uuid| job(uuid, "printing", 50)).collect();
    let statuses = vec![status(0, &running, &[]), status(1, &[], &[])];
    let (mut watch, asked) = watch(statuses, |uuid, _| Ok(job(uuid, "printing", 50)));

    assert!(told(&mut watch).await.is_empty(), "they go on");
    let asked = asked.lock().unwrap();
    for turn in asked.chunks(AT_ONCE) {
        assert!(turn.iter().all(|(at, _)| *at == turn[0].0), "each after a status");
    }

    let first: HashSet<_> = asked.iter().take(uuids.len()).map(|(_, uuid)| uuid).collect();
    assert_eq!(first.len(), uuids.len(), "none twice before all had their turn");
}

#[tokio::test(start_paused = true)]
async fn a_status_that_comes_late_changes_nothing() {
    let at = |minute, percent| status(minute, &[job("a", "printing", percent)], &[]);
    let done = |minute| status(minute, &[], &[job("a", "finished", 100)]);
    let (mut watch, asked) =
        self::watch(vec![at(0, 40), at(2, 50), at(1, 40), at(3, 50)], |_, _| panic!());

    assert_eq!(told(&mut watch).await, ["job `a` is printing at 50 %"]);
    let (mut watch, _) = self::watch(vec![at(0, 40), done(2), at(1, 50), done(3)], |_, _| panic!());
    assert_eq!(told(&mut watch).await, ["job `a` has finished"]);
    assert!(asked.lock().unwrap().is_empty());

    // One late answer after the other is none: the clock was set back.
    let mut statuses = vec![at(30, 40)];
    statuses.extend((0..10).map(|minute| at(minute, 50 + i64::from(minute))));
    let (mut watch, _) = self::watch(statuses, |_, _| panic!());
    let told = told(&mut watch).await;

    assert_eq!(told[0], format!("job `a` is printing at {} %", 50 + LATE));
    assert_eq!(told.len(), 10 - usize::from(LATE));
}

/// What is judged as that the service knows no such job.
fn unknown() -> Error {
    ConfigurationError::new("no such job").into()
}

#[tokio::test(start_paused = true)]
async fn a_job_that_the_watch_is_told_of_ends_though_no_list_ever_has_it() {
    for (answer, expected) in [
        (job("a", "none", 0), vec!["job `a` is gone"]),
        (job("a", "aborted", 0), vec!["job `a` has failed: aborted"]),
        (job("a", "finished", 100), vec!["job `a` has started", "job `a` has finished"]),
    ] {
        // Also if no status has lists at all.
        for now in [status(1, &[], &[]), json!({})] {
            let answer = answer.clone();
            let (watch, asked) = watch(vec![now], move |_, _| Ok(answer.clone()));
            let before = serde_json::from_value(status(0, &[], &[])).unwrap();
            assert_eq!(told(&mut watch.since(before).job("a").job("a")).await, expected);
            assert_eq!(*asked.lock().unwrap(), [(0, "a".to_owned())], "once");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_job_that_is_just_not_known_yet_is_not_gone() {
    // By the watch's own pauses, and by the times that the statuses say.
    let still = vec![status(0, &[], &[])];
    let minutes: Vec<_> = (0..3).map(|minute| status(minute, &[], &[])).collect();
    for (statuses, at) in [(still, 60), (vec![json!({})], 60), (minutes, 10)] {
        let (watch, asked) = watch(statuses, |_, _| Err(unknown()));
        assert_eq!(told(&mut watch.job("a")).await, ["job a is unknown"]);

        let asked: Vec<_> = asked.lock().unwrap().iter().map(|(at, _)| *at).collect();
        let expected: Vec<_> = (0..=at / 10).map(|count| count * 10).collect();
        assert_eq!(asked, expected, "after each status of a minute, and no more");
    }

    // It is listed at last, or found.
    let mut statuses = vec![status(0, &[], &[]); 4];
    statuses.push(status(0, &[job("a", "printing", 10)], &[]));
    statuses.push(status(0, &[], &[job("a", "finished", 100)]));

    let (watch, asked) = self::watch(statuses, |_, _| Err(unknown()));
    let expected = ["job `a` has started", "job `a` has finished"];
    assert_eq!(told(&mut watch.job("a")).await, expected);
    assert_eq!(asked.lock().unwrap().len(), 4);

    let (watch, _) = self::watch(vec![status(0, &[], &[])], |_, count| match count {
        ..4 => Err(unknown()),
        4..6 => Ok(job("a", "printing", 50)),
        _ => Ok(job("a", "finished", 100)),
    });

    assert_eq!(told(&mut watch.job("a")).await, expected);
}

/// What has ended by the first status, or long before it, is the end that somebody waits for.
#[tokio::test(start_paused = true)]
async fn the_end_of_a_job_that_the_watch_is_told_of_is_never_old_news() {
    let mut done = job("a", "finished", 100);
    done["deleted_at"] = json!("2026-01-01T11:00:00Z");
    let lists = || status(5, &[], &[done.clone(), job("b", "finished", 100)]);
    let (watch, _) = self::watch(vec![lists()], |_, _| panic!());

    assert_eq!(told(&mut watch.job("a")).await, ["job `a` has finished"], "and nothing of `b`");

    for since in [status(4, &[], &[]), lists()] {
        let since = serde_json::from_value(since).unwrap();
        let (watch, _) = self::watch(vec![lists()], |_, _| panic!());
        let told = told(&mut watch.job("a").since(since)).await;

        assert_eq!(
            told.iter().filter(|event| *event == "job `a` has finished").count(),
            1,
            "{told:?}"
        );
    }

    // One that is known, open, and known no more is gone at once.
    let open = serde_json::from_value(status(0, &[job("a", "queued", 0)], &[])).unwrap();
    let (watch, _) = self::watch(vec![status(1, &[], &[])], |_, _| Err(unknown()));
    assert_eq!(told(&mut watch.since(open).job("a")).await, ["job `a` is gone"]);
}
