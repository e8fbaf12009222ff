//! Files that are sent to the farm.

use std::time::{Duration, Instant};

use connect_api::models::{
    MaterialProfileResponse, MaterialProfileUploadRequest, PrintJobResponse,
};
use connect_stand_in::farm::{Farm, UploadAttempt, UploadFault};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

use super::{HOUR, Site, refusal, refused};

const ZIP: &str = "application/zip";

/// SHA-256 of `PK and so on`, by another program.
const SHA256: &str = "2d4d6397ba095aa74d7a5de22f86e1edcdf4ec822e5c854fd93d59c374d79349";

async fn announced(site: &Site, size: i64) -> MaterialProfileResponse {
    let body = MaterialProfileUploadRequest::new(ZIP, size, "cura.umm", "cura");
    site.client.create_material_upload(body).send().await.expect("an upload")
}

fn put(profile: &MaterialProfileResponse) -> RequestBuilder {
    Client::new().put(profile.upload_url.as_deref().expect("a URL"))
}

async fn status(request: RequestBuilder) -> u16 {
    request.send().await.expect("an answer").status().as_u16()
}

#[tokio::test]
async fn a_material_is_announced_sent_and_imported() {
    let site = Site::new(Farm::with_size(1, 1)).await;
    let cluster = site.cluster().await;
    let printer = site.printer_ids(&cluster).await.swap_remove(0);
    let profile = announced(&site, 12).await;

    assert_eq!((profile.content_type.as_str(), profile.file_size), (ZIP, Some(12)));
    let import = async || {
        let request = site.client.send_printer_action(&cluster, &printer, "import_material");
        let request = request.material_profile_id(&profile.material_profile_id);
        let action = request.send().await.expect("an action");
        site.outcome(&cluster, &action.action_id).await
    };

    assert_eq!(import().await, "failed", "nothing has come yet");
    let request = put(&profile).header("content-type", ZIP).body("PK and so on");
    assert_eq!(status(request).await, 200);
    assert_eq!(import().await, "success");

    let [upload] = &site.farm.uploads()[..] else { panic!("one upload") };
    assert_eq!(
        (upload.id.as_str(), upload.name.as_str()),
        (&*profile.material_profile_id, "cura.umm")
    );

    let whole = UploadAttempt {
        content_type: Some(ZIP.to_owned()),
        authorized: false,
        size: 12,
        sha256: SHA256.to_owned(),
        status: Some(200),
    };

    assert_eq!(upload.attempts, [whole]);
}

#[tokio::test]
async fn the_host_takes_only_what_was_announced_and_no_bearer() {
    let site = Site::new(Farm::with_size(1, 1)).await;
    let profile = announced(&site, 3).await;
    let with = |kind: &'static str, body: &'static str| {
        put(&profile).header("content-type", kind).body(body)
    };

    assert_eq!(status(with(ZIP, "abc").bearer_auth("secret")).await, 400);
    assert_eq!(status(with("text/plain", "abc")).await, 403);
    assert_eq!(status(put(&profile).body("abc")).await, 403);
    assert_eq!(status(with(ZIP, "abcd")).await, 400);

    let unsigned = profile.upload_url.as_deref().expect("a URL").split('?').next().expect("a URL");
    assert_eq!(
        status(Client::new().put(unsigned).header("content-type", ZIP).body("abc")).await,
        403
    );

    let other = unsigned.replace(&profile.material_profile_id, "nothing");
    assert_eq!(status(Client::new().put(other).body("abc")).await, 404);
    assert_eq!(status(with(ZIP, "abc")).await, 200);
    assert_eq!(status(with(ZIP, "abc")).await, 403, "the URL is good for once");

    let attempts = site.farm.uploads().swap_remove(0).attempts;
    let seen: Vec<_> = attempts.iter().map(|attempt| (attempt.authorized, attempt.size)).collect();
    assert_eq!(
        seen,
        [(true, 3), (false, 3), (false, 3), (false, 4), (false, 3), (false, 3), (false, 3)]
    );
}

#[tokio::test]
async fn what_http_has_no_answer_for_cannot_be_ordered_of_an_upload() {
    let site = Site::new(Farm::with_size(1, 1)).await;
    for odd in [
        UploadFault::Status(7),
        UploadFault::Status(100),
        UploadFault::EarlyResponse { bytes: 0, status: 1000 },
    ] {
        let order = || site.farm.inject_upload_faults([UploadFault::Status(503), odd]);
        let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(order));
        let said = panic.expect_err("refused");
        let said = said.downcast_ref::<String>().expect("a text");
        assert_eq!(*said, format!("HTTP has no answer for {odd:?}"));
    }

    let profile = announced(&site, 1).await;
    let right = put(&profile).header("content-type", ZIP).body("P");
    assert_eq!(status(right).await, 200, "nothing was ordered");
}

#[tokio::test]
async fn uploads_fail_to_order() {
    let site = Site::new(Farm::with_size(1, 1)).await;
    let send = large(&site).await;
    site.farm
        .inject_upload_faults([UploadFault::DisconnectAfter(1 << 20), UploadFault::Status(503)]);

    let broken = send().send().await.expect_err("a broken connection");
    assert!(broken.is_request() || broken.is_body(), "{broken}");
    assert_eq!(status(send()).await, 503);
    assert_eq!(status(send()).await, 200);

    let [(None, size), (Some(503), _), (Some(200), _)] = attempts(&site)[..] else {
        panic!("{:?}", attempts(&site));
    };
    assert!((1 << 20..2 << 20).contains(&size), "{size}");
}

/// A file of four mebibytes that is to be sent, and sending it.
async fn large(site: &Site) -> impl Fn() -> RequestBuilder {
    let profile = announced(site, 4 << 20).await;
    move || put(&profile).header("content-type", ZIP).body(vec![7; 4 << 20])
}

/// The status of each attempt, and how many bytes came with it.
fn attempts(site: &Site) -> Vec<(Option<u16>, u64)> {
    let attempts = site.farm.uploads().swap_remove(0).attempts.into_iter();
    attempts.map(|attempt| (attempt.status, attempt.size)).collect()
}

/// Sends, and gives up once the host has made up its mind.
async fn send_in_vain(site: &Site, request: RequestBuilder) {
    let sending = tokio::spawn(request.send());
    while attempts(site).is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }

    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!sending.is_finished(), "no answer has come");

    sending.abort();
}

#[tokio::test]
async fn a_late_answer_is_to_a_file_that_is_there() {
    let site = Site::new(Farm::with_size(1, 1)).await;
    let send = large(&site).await;
    site.farm.inject_upload_faults([UploadFault::Delay(HOUR)]);
    send_in_vain(&site, send()).await;

    assert_eq!(attempts(&site), [(Some(200), 4 << 20)]);
    assert_eq!(status(send()).await, 403, "the URL is good for once");

    let site = Site::new(Farm::with_size(1, 1)).await;
    let send = large(&site).await;
    let pause = Duration::from_millis(20);
    site.farm.inject_upload_faults([UploadFault::Delay(pause)]);

    let begun = Instant::now();
    assert_eq!(status(send()).await, 200);
    assert!(begun.elapsed() >= pause);
}

#[tokio::test]
async fn a_host_that_stalls_takes_no_more_and_says_nothing() {
    let site = Site::new(Farm::with_size(1, 1)).await;
    let send = large(&site).await;
    site.farm
        .inject_upload_faults([UploadFault::StallAfter(1 << 20), UploadFault::StallAfter(5 << 20)]);
    send_in_vain(&site, send()).await;

    let [(None, size)] = attempts(&site)[..] else { panic!("one attempt without an answer") };
    assert!((1 << 20..2 << 20).contains(&size), "{size}");
    assert_eq!(status(send()).await, 200, "a shorter file does not come so far");
}

#[tokio::test]
async fn an_early_answer_is_to_no_file_whatever_it_says() {
    let site = Site::new(Farm::with_size(1, 1)).await;
    let send = large(&site).await;
    let early = [(0, 200), (1 << 20, 200), (1 << 20, 413)];
    site.farm.inject_upload_faults(
        early.map(|(bytes, status)| UploadFault::EarlyResponse { bytes, status }),
    );

    for (bytes, code) in early {
        assert_eq!(status(send()).await, code, "after {bytes} bytes");
    }

    site.farm.inject_upload_faults([UploadFault::EarlyResponse { bytes: 5 << 20, status: 413 }]);
    assert_eq!(status(send()).await, 200, "a shorter file does not come so far");

    for ((code, size), (bytes, early)) in attempts(&site).into_iter().zip(early) {
        assert!(code == Some(early) && (bytes..2 << 20).contains(&size), "{code:?} after {size}");
    }

    assert_eq!(attempts(&site)[3], (Some(200), 4 << 20));
}

#[tokio::test]
async fn a_print_file_is_announced_next_door_sent_and_printed() {
    let site = Site::new(Farm::with_size(1, 1)).await;
    let cluster = site.cluster().await;
    let jobs = format!("{}/jobs", site.farm.upload_service_url());

    let announce = |token: &str| {
        let kind = "application/x-ufp";
        let body = json!({"data": {"job_name": "cup.ufp", "file_size": 3, "content_type": kind}});
        Client::new().put(format!("{jobs}/upload")).bearer_auth(token).json(&body)
    };

    assert_eq!(status(announce("another")).await, 403);
    let read = async |request: RequestBuilder| -> PrintJobResponse {
        let answer = request.send().await.expect("an answer");
        let mut answer: Value = answer.json().await.expect("JSON");
        serde_json::from_value(answer["data"].take()).expect("a print file")
    };

    let file = read(announce(&site.farm.token())).await;
    let look = async || {
        let request = Client::new().get(format!("{jobs}/{}", file.job_id));
        read(request.bearer_auth(site.farm.token())).await.status.to_string()
    };

    assert_eq!(look().await, "uploading");
    let early = site.client.print(&cluster, &file.job_id).send().await;
    assert_eq!(refusal(early.expect_err("a refusal")), refused(404, "recordNotFound"));

    let kind = file.content_type.as_ref().expect("a type").as_str();
    let request = Client::new().put(file.upload_url.as_deref().expect("a URL"));
    assert_eq!(status(request.header("content-type", kind).body("ufp")).await, 200);
    assert_eq!(look().await, "uploaded");

    let job = site.client.print(&cluster, &file.job_id).send().await.expect("a job");
    let job = site.job(&cluster, &job.job_instance_uuid.expect("a UUID")).await;
    assert_eq!((job.name.as_str(), job.cloud_job_id), ("cup.ufp", Some(file.job_id)));
}

#[tokio::test]
async fn an_upload_of_nothing_is_one_too() {
    let site = Site::new(Farm::with_size(1, 1)).await;
    let url = site.farm.create_upload("empty.gcode", "text/plain", 0);
    let request = Client::new().put(url).header("content-type", "text/plain").body("");

    assert_eq!(status(request).await, 200);
    let body = MaterialProfileUploadRequest::new(ZIP, 0, "cura.umm", "cura");
    let refused_by_the_document = site.client.create_material_upload(body).send().await;
    let error = refused_by_the_document.expect_err("a material has at least one byte");
    assert_eq!(refusal(error).0, refused(400, "").0);
}
