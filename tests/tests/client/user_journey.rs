//! Complete workflows on a simulated farm: upload and print a file, upload and import a material.

use std::time::Duration;

use connect_api::models::{ActionStatusDetails, PrintJobResponse};
use connect_api::{Client, Error, Method, WatchEvent};
use connect_codegen::openapi::document::sha256;
use connect_stand_in::StandIn;
use connect_stand_in::farm::{Farm, UploadFault};
use serde_json::{Value, json};

/// Starts a farm of one cluster with two printers. Each request advances its clock by `tick`.
async fn farm(tick: Duration) -> (StandIn, Client) {
    let farm = StandIn::builder().farm(Farm::with_size(1, 2).tick(tick)).start().await;
    let farm = farm.expect("a stand-in");
    let builder = Client::builder().base_url(farm.base_url()).token(farm.token());
    let client = builder.poll_interval(Duration::ZERO).build().expect("a client");
    (farm, client)
}

async fn cluster(client: &Client) -> String {
    let mut clusters = client.get_clusters().items();
    clusters.next().await.expect("a cluster").expect("a response").cluster_id
}

/// Creates a print file with the upload service, which is a service beside the API.
async fn create_print_file(farm: &StandIn, name: &str, size: usize) -> PrintJobResponse {
    let upload_service =
        Client::builder().base_url(farm.upload_service_url()).token(farm.token()).build();
    let file = json!({"job_name": name, "file_size": size, "content_type": "application/x-ufp"});
    let request = upload_service.expect("a client").request(Method::PUT, "/jobs/upload");
    request.json(&json!({"data": file})).send().await.expect("a print file")
}

#[tokio::test]
async fn file_is_uploaded_printed_paused_resumed_and_finished() {
    let (farm, client) = farm(Duration::from_secs(60)).await;
    let cluster = cluster(&client).await;
    let content = vec![7; 500_000];
    let file = create_print_file(&farm, "gear.ufp", content.len()).await;
    farm.inject_upload_faults([UploadFault::DisconnectAfter(100_000), UploadFault::Status(503)]);

    let (url, kind) = (file.upload_url.expect("a URL"), file.content_type.expect("a type"));
    client.upload(url, kind.as_str(), content.clone()).send().await.expect("an upload");
    let [upload] = &farm.uploads()[..] else { panic!("one upload") };
    let attempt = upload.attempts.last().expect("an attempt");

    assert_eq!((upload.attempts.len(), attempt.status), (3, Some(200)));
    assert_eq!(attempt.sha256, sha256(&content));
    assert!(upload.attempts.iter().all(|attempt| !attempt.authorized));

    let before = client.get_cluster_status(&cluster).send().await.expect("a status");
    let print = client.print(&cluster, &file.job_id).send().await.expect("a job");
    let job = print.job_instance_uuid.expect("a UUID");
    let mut watch = client.watch_cluster(&cluster).since(before);
    let mut events = Vec::new();

    loop {
        let event = watch.next().await.expect("an event").expect("no error");
        match &event {
            WatchEvent::JobStarted(started) if started.uuid == job => events.push("started"),
            WatchEvent::JobProgressed { job: current, percent, .. } if current.uuid == job => {
                let halfway = percent.is_some_and(|percent| percent > 50);
                if halfway && current.status.as_str() == "printing" && !events.contains(&"paused") {
                    client.pause_print_job(&cluster, &job).wait().await.expect("a pause");
                    client.resume_print_job(&cluster, &job).wait().await.expect("a resume");
                    events.push("paused");
                }
            }
            WatchEvent::JobFinished(finished) if finished.uuid == job => break,
            WatchEvent::JobFailed(_) | WatchEvent::JobRemoved(_) => panic!("{event}"),
            _ => {}
        }
    }

    assert_eq!(events, ["started", "paused"]);
    let failed =
        client.pause_print_job(&cluster, &job).wait().await.expect_err("the job has ended");
    assert!(matches!(&failed, Error::Action(error) if error.is_failed()), "{failed}");
}

#[tokio::test]
async fn material_is_uploaded_and_imported_and_a_snapshot_is_taken() {
    let (farm, client) = farm(Duration::from_secs(1)).await;
    let cluster = cluster(&client).await;
    let status = client.get_cluster_status(&cluster).send().await.expect("a status");
    let printer = status.printers.expect("printers").swap_remove(0).uuid.expect("a UUID");
    let upload = client.upload_material("cura.umm", "application/zip", "cura", vec![1; 9000]);
    let profile = upload.send().await.expect("a profile");
    let import = client.import_material(&cluster, &printer, profile.material_profile_id);

    import.wait().poll_interval(Duration::ZERO).await.expect("an import");
    let mut snapshot =
        client.get_webcam_snapshot(&cluster, &printer).wait().poll_interval(Duration::ZERO);
    let mut states = Vec::new();

    while let Some(state) = snapshot.next().await {
        states.push(state.expect("a state").status.to_string());
    }

    assert_eq!(states, ["pending", "sent", "success"]);
    let end = snapshot.await.expect("a snapshot");
    let Some(ActionStatusDetails::WebcamSnapshotStatus { value, .. }) = end.status_details else {
        panic!("{end:?}");
    };
    assert!(value.image_url.starts_with("http"), "{}", value.image_url);

    drop(farm);
}

#[tokio::test]
async fn unknown_route_is_a_404_error_with_its_path() {
    let (_farm, client) = farm(Duration::ZERO).await;
    let error =
        client.request(Method::GET, "/nowhere").send::<Value>().await.expect_err("no route");
    assert!(error.to_string().starts_with("request (GET /nowhere): 404"), "{error}");
}
