//! Complete workflows of a user: upload and print a file, and import a material into a printer.

use std::time::Duration;

use connect_api::models::{ActionStatusDetails, PrintJobResponse};
use connect_api::{Client, Error, Method, WatchEvent};
use connect_codegen::openapi::document::sha256;
use connect_stand_in::StandIn;
use connect_stand_in::farm::{Farm, UploadFault};
use serde_json::{Value, json};

/// A farm of one cluster with two printers, whose clock advances by `tick` with each request.
async fn start_farm(tick: Duration) -> (StandIn, Client) {
    let farm = StandIn::builder().farm(Farm::with_size(1, 2).tick(tick)).start().await;
    let farm = farm.expect("a stand-in");
    let builder = Client::builder().base_url(farm.base_url()).token(farm.token());
    let client = builder.poll_interval(Duration::ZERO).build().expect("a client");
    (farm, client)
}

/// The id of the first cluster.
async fn first_cluster_id(client: &Client) -> String {
    let mut clusters = client.get_clusters().items();
    clusters.next().await.expect("a cluster").expect("a page").cluster_id
}

/// Registers a print file with the upload service, which is another service than the API.
async fn register_print_file(farm: &StandIn, name: &str, size: usize) -> PrintJobResponse {
    let upload_service =
        Client::builder().base_url(farm.upload_service_url()).token(farm.token()).build();
    let file = json!({"job_name": name, "file_size": size, "content_type": "application/x-ufp"});
    let request = upload_service.expect("a client").request(Method::PUT, "/jobs/upload");
    request.json(&json!({"data": file})).send().await.expect("a print file")
}

#[tokio::test]
async fn print_file_is_uploaded_printed_paused_resumed_and_finished() {
    let (farm, client) = start_farm(Duration::from_secs(60)).await;
    let cluster = first_cluster_id(&client).await;
    let content = vec![7; 500_000];
    let file = register_print_file(&farm, "gear.ufp", content.len()).await;
    farm.inject_upload_faults([UploadFault::DisconnectAfter(100_000), UploadFault::Status(503)]);

    let url = file.upload_url.expect("a URL");
    let content_type = file.content_type.expect("a content type");
    client.upload(url, content_type.as_str(), content.clone()).send().await.expect("an upload");
    let [upload] = &farm.uploads()[..] else { panic!("one upload") };
    let attempt = upload.attempts.last().expect("an attempt");

    assert_eq!((upload.attempts.len(), attempt.status), (3, Some(200)));
    assert_eq!(attempt.sha256, sha256(&content));
    assert!(upload.attempts.iter().all(|attempt| !attempt.authorized));

    let before = client.get_cluster_status(&cluster).send().await.expect("a status");
    let printed = client.print(&cluster, &file.job_id).send().await.expect("a job");
    let job = printed.job_instance_uuid.expect("a UUID");
    let mut watch = client.watch_cluster(&cluster).since(before);
    let mut steps = Vec::new();

    loop {
        let event = watch.next().await.expect("another event").expect("no error");
        match &event {
            WatchEvent::JobStarted(started) if started.uuid == job => steps.push("started"),
            WatchEvent::JobProgressed { job: current, percent, .. } if current.uuid == job => {
                let is_half_done = percent.is_some_and(|percent| percent > 50);
                let is_printing = current.status.as_str() == "printing";
                if is_half_done && is_printing && !steps.contains(&"paused") {
                    client.pause_print_job(&cluster, &job).wait().await.expect("a pause");
                    client.resume_print_job(&cluster, &job).wait().await.expect("a resumption");
                    steps.push("paused");
                }
            }
            WatchEvent::JobFinished(finished) if finished.uuid == job => break,
            WatchEvent::JobFailed(_) | WatchEvent::JobGone(_) => panic!("{event}"),
            _ => {}
        }
    }

    assert_eq!(steps, ["started", "paused"]);
    let pause = client.pause_print_job(&cluster, &job).wait().await;
    let error = pause.expect_err("the job has finished");
    assert!(matches!(&error, Error::Action(error) if error.is_failed()), "{error}");
}

#[tokio::test]
async fn material_is_uploaded_and_imported_and_webcam_snapshot_is_taken() {
    let (_farm, client) = start_farm(Duration::from_secs(1)).await;
    let cluster = first_cluster_id(&client).await;
    let status = client.get_cluster_status(&cluster).send().await.expect("a status");
    let printer = status.printers.expect("printers").swap_remove(0).uuid.expect("a UUID");
    let upload = client.upload_material("cura.umm", "application/zip", "cura", vec![1; 9000]);
    let profile = upload.send().await.expect("a profile");
    let import = client.import_material(&cluster, &printer, profile.material_profile_id);

    import.wait().poll_interval(Duration::ZERO).await.expect("an imported material");
    let mut snapshot =
        client.get_webcam_snapshot(&cluster, &printer).wait().poll_interval(Duration::ZERO);
    let mut states = Vec::new();

    while let Some(state) = snapshot.next().await {
        states.push(state.expect("a state").status.to_string());
    }

    assert_eq!(states, ["pending", "sent", "success"]);
    let result = snapshot.await.expect("a snapshot");
    let Some(ActionStatusDetails::WebcamSnapshotStatus { value, .. }) = result.status_details
    else {
        panic!("{result:?}");
    };
    assert!(value.image_url.starts_with("http"), "{}", value.image_url);
}

#[tokio::test]
async fn error_of_a_raw_request_names_method_and_path() {
    let (_farm, client) = start_farm(Duration::ZERO).await;
    let error =
        client.request(Method::GET, "/nowhere").send::<Value>().await.expect_err("no route");
    assert!(error.to_string().starts_with("request (GET /nowhere): 404"), "{error}");
}
