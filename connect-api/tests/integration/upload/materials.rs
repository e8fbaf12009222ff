//! Uploads of material profiles: the API makes the profile, another host takes the bytes.

use std::sync::{Arc, Mutex};

use axum::body::to_bytes;
use axum::extract::Request;
use connect_api::{Error, UploadSource};
use serde_json::{Value, json};

use super::{Told, content, sha256};
use crate::support::api_server::{Server, json_response};
use crate::support::upload_host::{Does, Host};

/// An API that has profiles uploaded to this URL, and what was asked of it.
async fn api(upload_url: Option<String>) -> (Server, Arc<Mutex<Vec<Value>>>) {
    let asked = Arc::<Mutex<Vec<Value>>>::default();
    let log = asked.clone();

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

    (server, asked)
}

#[tokio::test]
async fn a_material_goes_to_the_api_and_its_bytes_to_the_storage() {
    let host = Host::start([Does::Cut(1000)]).await;
    let (server, asked) = api(Some(host.url.clone())).await;
    let (content, told) = (content(300_000), Told::default());
    let client = server.retrying_client();
    let upload = client.upload_material("cura.umm", "application/zip", "cura", content.clone());
    let profile = upload.on_progress(told.tell()).send().await.unwrap();

    assert_eq!(profile.material_profile_id, "m");
    told.hold(content.len());

    let wanted = json!({"data": {
        "material_profile_name": "cura.umm", "content_type": "application/zip",
        "file_size": 300_000, "origin": "cura",
    }});

    assert_eq!(*asked.lock().unwrap(), [wanted], "one profile, also when its upload breaks off");
    assert_eq!(server.requests()[0].headers["authorization"], "Bearer secret-token");
    assert_eq!(server.requests()[0].uri, "/connect/v1/materials/upload");

    let arrived = host.arrived();
    assert_eq!(arrived.len(), 2);
    assert_eq!(arrived[1].sha256, sha256(&content));

    for arrived in arrived {
        assert!(arrived.head.contains("\r\ncontent-type: application/x-returned\r\n"));
        assert!(!arrived.head.contains("authorization") && !arrived.head.contains("secret-token"));
    }
}

#[tokio::test]
async fn a_file_that_is_not_there_makes_no_profile() {
    let (server, _) = api(None).await;
    let source = UploadSource::file("/no/such/file");
    let upload = server.client().upload_material("a.umm", "application/zip", "cura", source);
    let error = upload.send().await.unwrap_err();

    assert!(matches!(error, Error::Upload(_)), "{error:?}");
    assert_eq!(server.count(), 0);
}

#[tokio::test]
async fn a_profile_without_a_url_is_an_error_of_its_operation() {
    let (server, _) = api(None).await;
    let upload = server.client().upload_material("a.umm", "application/zip", "cura", content(9));
    let error = upload.send().await.unwrap_err();
    assert!(matches!(error, Error::NoData(_)), "{error:?}");
    assert_eq!(error.operation(), Some("create_material_upload"));
}
