//! Uploads of materials and print files.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use connect_api::models::{
    MaterialProfileResponse, MaterialProfileUploadRequest, PrintJobResponse,
};
use connect_stand_in::farm::{Farm, UploadAttempt, UploadFault};
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

use super::{HOUR, TestFarm, api_error, status_and_code};

const ZIP: &str = "application/zip";

/// The SHA-256 hash of `PK and so on`, computed by another program.
const SHA256: &str = "2d4d6397ba095aa74d7a5de22f86e1edcdf4ec822e5c854fd93d59c374d79349";

async fn create_material_upload(farm: &TestFarm, size: i64) -> MaterialProfileResponse {
    let body = MaterialProfileUploadRequest::new(ZIP, size, "cura.umm", "cura");
    farm.client.create_material_upload(body).send().await.expect("an upload")
}

fn put(profile: &MaterialProfileResponse) -> RequestBuilder {
    Client::new().put(profile.upload_url.as_deref().expect("a URL"))
}

async fn status(request: RequestBuilder) -> u16 {
    request.send().await.expect("a response").status().as_u16()
}

#[tokio::test]
async fn material_is_uploaded_and_imported() {
    let farm = TestFarm::new(Farm::with_size(1, 1)).await;
    let cluster = farm.cluster().await;
    let printer = farm.printer_uuids(&cluster).await.swap_remove(0);
    let profile = create_material_upload(&farm, 12).await;
    assert_eq!((profile.content_type.as_str(), profile.file_size), (ZIP, Some(12)));

    let import = async || {
        let request = farm.client.send_printer_action(&cluster, &printer, "import_material");
        let request = request.material_profile_id(&profile.material_profile_id);
        let action = request.send().await.expect("an action");
        farm.finish_action(&cluster, &action.action_id).await
    };

    assert_eq!(import().await, "failed", "the upload is not complete");

    let request = put(&profile).header("content-type", ZIP).body("PK and so on");
    assert_eq!(status(request).await, 200);
    assert_eq!(import().await, "success");

    let [upload] = &farm.stand_in.uploads()[..] else { panic!("expected one upload") };
    assert_eq!(
        (upload.id.as_str(), upload.name.as_str()),
        (&*profile.material_profile_id, "cura.umm")
    );

    let complete = UploadAttempt {
        content_type: Some(ZIP.to_owned()),
        authorized: false,
        size: 12,
        sha256: SHA256.to_owned(),
        status: Some(200),
    };
    assert_eq!(upload.attempts, [complete]);
}

#[tokio::test]
async fn upload_host_checks_request_and_rejects_bearer_token() {
    let farm = TestFarm::new(Farm::with_size(1, 1)).await;
    let profile = create_material_upload(&farm, 3).await;
    let send = |content_type: &'static str, body: &'static str| {
        status(put(&profile).header("content-type", content_type).body(body))
    };

    let with_token = put(&profile).header("content-type", ZIP).body("abc").bearer_auth("secret");
    assert_eq!(status(with_token).await, 400);
    assert_eq!(send("text/plain", "abc").await, 403);
    assert_eq!(status(put(&profile).body("abc")).await, 403);
    assert_eq!(send(ZIP, "abcd").await, 400);

    let url = profile.upload_url.as_deref().expect("a URL");
    let unsigned_url = url.split('?').next().expect("a URL");
    let unsigned = Client::new().put(unsigned_url).header("content-type", ZIP).body("abc");
    assert_eq!(status(unsigned).await, 403);
    let unknown_url = unsigned_url.replace(&profile.material_profile_id, "unknown");
    assert_eq!(status(Client::new().put(unknown_url).body("abc")).await, 404);

    assert_eq!(send(ZIP, "abc").await, 200);
    assert_eq!(send(ZIP, "abc").await, 403, "the URL is valid once");

    let attempts = farm.stand_in.uploads().swap_remove(0).attempts;
    let actual: Vec<_> =
        attempts.iter().map(|attempt| (attempt.authorized, attempt.size)).collect();
    assert_eq!(
        actual,
        [(true, 3), (false, 3), (false, 3), (false, 4), (false, 3), (false, 3), (false, 3)]
    );
}

#[tokio::test]
async fn inject_upload_faults_panics_for_status_that_is_not_valid_in_http() {
    let farm = TestFarm::new(Farm::with_size(1, 1)).await;
    for fault in [
        UploadFault::Status(7),
        UploadFault::Status(100),
        UploadFault::EarlyResponse { bytes: 0, status: 1000 },
    ] {
        let inject = || farm.stand_in.inject_upload_faults([UploadFault::Status(503), fault]);
        let panic = catch_unwind(AssertUnwindSafe(inject)).expect_err("a panic");
        let message = panic.downcast_ref::<String>().expect("text");
        let expected = format!("{fault:?} is not valid in HTTP");
        assert!(message.starts_with(&expected), "{message}");
    }

    let profile = create_material_upload(&farm, 1).await;
    let valid = put(&profile).header("content-type", ZIP).body("P");
    assert_eq!(status(valid).await, 200, "no fault was injected");
}

#[tokio::test]
async fn upload_faults_affect_one_attempt_each() {
    let farm = TestFarm::new(Farm::with_size(1, 1)).await;
    let send = create_large_upload(&farm).await;
    farm.stand_in
        .inject_upload_faults([UploadFault::DisconnectAfter(1 << 20), UploadFault::Status(503)]);

    let broken = send().send().await.expect_err("a broken connection");
    assert!(broken.is_request() || broken.is_body(), "{broken}");
    assert_eq!(status(send()).await, 503);
    assert_eq!(status(send()).await, 200);

    let [(None, size), (Some(503), _), (Some(200), _)] = attempts(&farm)[..] else {
        panic!("{:?}", attempts(&farm));
    };
    assert!((1 << 20..2 << 20).contains(&size), "{size}");
}

/// Creates an upload of four mebibytes, and returns a function that builds the request to send it.
async fn create_large_upload(farm: &TestFarm) -> impl Fn() -> RequestBuilder {
    let profile = create_material_upload(farm, 4 << 20).await;
    move || put(&profile).header("content-type", ZIP).body(vec![7; 4 << 20])
}

/// The status of each attempt, and the number of bytes that were received.
fn attempts(farm: &TestFarm) -> Vec<(Option<u16>, u64)> {
    let attempts = farm.stand_in.uploads().swap_remove(0).attempts.into_iter();
    attempts.map(|attempt| (attempt.status, attempt.size)).collect()
}

/// Sends a request, waits until the host has recorded the attempt, and cancels the request.
async fn send_and_cancel(farm: &TestFarm, request: RequestBuilder) {
    let sending = tokio::spawn(request.send());
    while attempts(farm).is_empty() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }

    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!sending.is_finished(), "the host has responded");
    sending.abort();
}

#[tokio::test]
async fn upload_with_delayed_response_is_complete() {
    let farm = TestFarm::new(Farm::with_size(1, 1)).await;
    let send = create_large_upload(&farm).await;
    farm.stand_in.inject_upload_faults([UploadFault::Delay(HOUR)]);
    send_and_cancel(&farm, send()).await;

    assert_eq!(attempts(&farm), [(Some(200), 4 << 20)]);
    assert_eq!(status(send()).await, 403, "the URL is valid once");

    let farm = TestFarm::new(Farm::with_size(1, 1)).await;
    let send = create_large_upload(&farm).await;
    let pause = Duration::from_millis(20);
    farm.stand_in.inject_upload_faults([UploadFault::Delay(pause)]);

    let started = Instant::now();
    assert_eq!(status(send()).await, 200);
    assert!(started.elapsed() >= pause);
}

#[tokio::test]
async fn stalled_host_stops_reading_and_never_responds() {
    let farm = TestFarm::new(Farm::with_size(1, 1)).await;
    let send = create_large_upload(&farm).await;
    farm.stand_in
        .inject_upload_faults([UploadFault::StallAfter(1 << 20), UploadFault::StallAfter(5 << 20)]);
    send_and_cancel(&farm, send()).await;

    let [(None, size)] = attempts(&farm)[..] else {
        panic!("expected one attempt without a response")
    };
    assert!((1 << 20..2 << 20).contains(&size), "{size}");
    assert_eq!(status(send()).await, 200, "the fault does not affect a shorter file");
}

#[tokio::test]
async fn upload_with_early_response_is_not_complete() {
    let farm = TestFarm::new(Farm::with_size(1, 1)).await;
    let send = create_large_upload(&farm).await;
    let early_responses = [(0, 200), (1 << 20, 200), (1 << 20, 413)];
    farm.stand_in.inject_upload_faults(
        early_responses.map(|(bytes, status)| UploadFault::EarlyResponse { bytes, status }),
    );

    for (bytes, code) in early_responses {
        assert_eq!(status(send()).await, code, "after {bytes} bytes");
    }

    farm.stand_in
        .inject_upload_faults([UploadFault::EarlyResponse { bytes: 5 << 20, status: 413 }]);
    assert_eq!(status(send()).await, 200, "the fault does not affect a shorter file");

    for ((code, size), (bytes, early)) in attempts(&farm).into_iter().zip(early_responses) {
        assert!(code == Some(early) && (bytes..2 << 20).contains(&size), "{code:?} after {size}");
    }

    assert_eq!(attempts(&farm)[3], (Some(200), 4 << 20));
}

#[tokio::test]
async fn print_file_is_uploaded_with_upload_service_and_printed() {
    let farm = TestFarm::new(Farm::with_size(1, 1)).await;
    let cluster = farm.cluster().await;
    let service_url = format!("{}/jobs", farm.stand_in.upload_service_url());

    let create = |token: &str| {
        let content_type = "application/x-ufp";
        let data = json!({"job_name": "cup.ufp", "file_size": 3, "content_type": content_type});
        Client::new()
            .put(format!("{service_url}/upload"))
            .bearer_auth(token)
            .json(&json!({"data": data}))
    };
    assert_eq!(status(create("another")).await, 403);

    let read = async |request: RequestBuilder| -> PrintJobResponse {
        let response = request.send().await.expect("a response");
        let mut body: Value = response.json().await.expect("JSON");
        serde_json::from_value(body["data"].take()).expect("a print file")
    };
    let file = read(create(&farm.stand_in.token())).await;
    let get_status = async || {
        let request = Client::new().get(format!("{service_url}/{}", file.job_id));
        read(request.bearer_auth(farm.stand_in.token())).await.status.to_string()
    };
    assert_eq!(get_status().await, "uploading");

    let premature = farm.client.print(&cluster, &file.job_id).send().await;
    assert_eq!(status_and_code(premature.expect_err("an error")), api_error(404, "recordNotFound"));

    let content_type = file.content_type.as_ref().expect("a type").as_str();
    let request = Client::new().put(file.upload_url.as_deref().expect("a URL"));
    assert_eq!(status(request.header("content-type", content_type).body("ufp")).await, 200);
    assert_eq!(get_status().await, "uploaded");

    let job = farm.client.print(&cluster, &file.job_id).send().await.expect("a job");
    let job = farm.job(&cluster, &job.job_instance_uuid.expect("a UUID")).await;
    assert_eq!((job.name.as_str(), job.cloud_job_id), ("cup.ufp", Some(file.job_id)));
}

#[tokio::test]
async fn empty_file_can_be_uploaded_but_not_as_material() {
    let farm = TestFarm::new(Farm::with_size(1, 1)).await;
    let url = farm.stand_in.create_upload("empty.gcode", "text/plain", 0);
    let request = Client::new().put(url).header("content-type", "text/plain").body("");
    assert_eq!(status(request).await, 200);

    let body = MaterialProfileUploadRequest::new(ZIP, 0, "cura.umm", "cura");
    let result = farm.client.create_material_upload(body).send().await;
    let error = result.expect_err("a material has at least one byte");
    assert_eq!(status_and_code(error).0, api_error(400, "").0);
}
