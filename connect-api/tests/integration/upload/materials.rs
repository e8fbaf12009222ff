//! Uploads of material profiles: the API creates the profile, and another host receives the file.

use std::sync::{Arc, Mutex};

use axum::body::to_bytes;
use axum::extract::Request;
use connect_api::{Error, UploadSource};
use serde_json::{Value, json};

use super::{ProgressLog, content, sha256};
use crate::support::api_server::{Server, json_response};
use crate::support::upload_host::{Behaviour, UploadHost};

/// An API server with this upload URL, and the bodies that it receives.
async fn api(upload_url: Option<String>) -> (Server, Arc<Mutex<Vec<Value>>>) {
    let bodies = Arc::<Mutex<Vec<Value>>>::default();
    let log = bodies.clone();

    let server = Server::start(move |request: Request| {
        let (log, upload_url) = (log.clone(), upload_url.clone());
        async move {
            let body = to_bytes(request.into_body(), 1 << 20).await.unwrap();
            log.lock().unwrap().push(serde_json::from_slice(&body).unwrap());

            let mut profile = json!({
                "client_id": "c", "content_type": "application/x-returned", "material_profile_id": "m",
                "material_profile_name": "cura.umm", "status": "uploading", "user_id": "u",
                "username": "n",
            });

            if let Some(url) = upload_url {
                profile["upload_url"] = json!(url);
            }
            json_response(200, &json!({"data": profile}))
        }
    })
    .await;

    (server, bodies)
}

#[tokio::test]
async fn material_profile_is_created_and_its_file_uploaded() {
    let host = UploadHost::start([Behaviour::Disconnect(1000)]).await;
    let (server, bodies) = api(Some(host.url.clone())).await;
    let (content, progress) = (content(300_000), ProgressLog::default());
    let client = server.retrying_client();
    let upload = client.upload_material("cura.umm", "application/zip", "cura", content.clone());
    let profile = upload.on_progress(progress.callback()).send().await.unwrap();

    assert_eq!(profile.material_profile_id, "m");
    progress.check(content.len());

    let expected = json!({"data": {
        "material_profile_name": "cura.umm", "content_type": "application/zip",
        "file_size": 300_000, "origin": "cura",
    }});

    assert_eq!(*bodies.lock().unwrap(), [expected], "one profile, although its upload is retried");
    assert_eq!(server.requests()[0].headers["authorization"], "Bearer secret-token");
    assert_eq!(server.requests()[0].uri, "/connect/v1/materials/upload");

    let uploads = host.uploads();
    assert_eq!(uploads.len(), 2);
    assert_eq!(uploads[1].sha256, sha256(&content));

    for upload in uploads {
        assert!(upload.head.contains("\r\ncontent-type: application/x-returned\r\n"));
        assert!(!upload.head.contains("authorization") && !upload.head.contains("secret-token"));
    }
}

#[tokio::test]
async fn missing_file_creates_no_profile() {
    let (server, _) = api(None).await;
    let source = UploadSource::file("/no/such/file");
    let upload = server.client().upload_material("a.umm", "application/zip", "cura", source);
    let error = upload.send().await.unwrap_err();

    assert!(matches!(error, Error::Upload(_)), "{error:?}");
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn profile_without_upload_url_is_error() {
    let (server, _) = api(None).await;
    let upload = server.client().upload_material("a.umm", "application/zip", "cura", content(9));
    let error = upload.send().await.unwrap_err();
    assert!(matches!(error, Error::NoData(_)), "{error:?}");
    assert_eq!(error.operation(), Some("create_material_upload"));
}
