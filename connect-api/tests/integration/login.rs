//! Login, with a simulated account service and browser.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::support::oauth_service::OAuthService;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use connect_api::{Error, Login, PendingLogin, StatusCode, TokenProvider as _};
use reqwest::Url;
use serde_json::json;
use sha2::{Digest as _, Sha512};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Starts an account service that redirects the browser at once, with the parameters and the received
/// state. Returns its authorize URL.
async fn start_authorize_server(parameters: &'static str) -> String {
    use axum::extract::Query;
    use axum::response::Redirect;

    let page = move |Query(query): Query<HashMap<String, String>>| async move {
        Redirect::to(&format!("{}?{parameters}&state={}", query["redirect_uri"], query["state"]))
    };
    let router = axum::Router::new().route("/authorize", axum::routing::get(page));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/authorize", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });

    url
}

fn login(service: &OAuthService, authorize_url: &str) -> Login {
    Login::new("client")
        .port(0)
        .authorize_url(authorize_url)
        .token_url(format!("{}/token", service.url))
}

fn query_of(login: &PendingLogin) -> HashMap<String, String> {
    Url::parse(login.authorize_url()).unwrap().query_pairs().into_owned().collect()
}

/// Opens a URL as a browser does. Returns the response after all redirects.
async fn browse(url: &str) -> (StatusCode, String) {
    let response = reqwest::get(url).await.unwrap();
    (response.status(), response.text().await.unwrap())
}

#[tokio::test]
async fn login_grants_tokens() {
    let service = OAuthService::start().await;
    let authorize_url = start_authorize_server("code=c%2Fode").await;
    let stored = Arc::new(Mutex::new(Vec::new()));
    let store = Arc::clone(&stored);

    let login = login(&service, &authorize_url)
        .scope("connect.cluster.read connect.cluster.write")
        .organization_id("organization")
        .on_refresh_token(move |token| store.lock().unwrap().push(token.expose().to_owned()))
        .start()
        .await
        .unwrap();
    let query = query_of(&login);

    let port: u16 = {
        let uri = Url::parse(&query["redirect_uri"]).unwrap();
        assert_eq!((uri.host_str(), uri.path()), (Some("localhost"), "/callback"));
        uri.port().unwrap()
    };

    assert_ne!(port, 0);

    for (name, value) in [
        ("client_id", "client"),
        ("scope", "connect.cluster.read connect.cluster.write"),
        ("response_type", "code"),
        ("organization_id", "organization"),
        ("code_challenge_method", "S512"),
    ] {
        assert_eq!(query[name], value, "{name}");
    }

    assert_eq!(query.len(), 8);
    let url = login.authorize_url().to_owned();
    let browser = tokio::spawn(async move { browse(&url).await });
    let tokens = login.finish().await.unwrap();
    let (status, page) = browser.await.unwrap();
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("close this page"), "{page}");

    {
        let forms = service.token_requests.lock().unwrap();
        let (form, _) = &forms[0];
        assert_eq!(form["grant_type"], "authorization_code");
        assert_eq!(form["code"], "c/ode");
        assert_eq!(form["client_id"], "client");
        assert_eq!(form["redirect_uri"], query["redirect_uri"]);

        let digest = Sha512::digest(&form["code_verifier"]);
        assert_eq!(BASE64_STANDARD.encode(digest), query["code_challenge"]);
    }

    assert_eq!(*stored.lock().unwrap(), ["refresh-1"]);
    let client = service.client(&tokens);
    client.get_clusters().send().await.unwrap();
    assert_eq!(service.request_counts(), (1, 1));

    service.valid_tokens.lock().unwrap().clear();
    client.get_clusters().send().await.unwrap();
    assert_eq!(service.token_requests.lock().unwrap()[1].0["refresh_token"], "refresh-1");
    assert_eq!(*stored.lock().unwrap(), ["refresh-1", "refresh-2"]);
}

#[tokio::test]
async fn requests_without_code_and_state_do_not_end_the_login() {
    let service = OAuthService::start().await;
    let login = login(&service, "https://localhost/authorize").start().await.unwrap();
    let query = query_of(&login);
    let (uri, state) = (query["redirect_uri"].clone(), query["state"].clone());
    let address = Url::parse(&uri).unwrap().socket_addrs(|| None).unwrap();
    let address = address.into_iter().find(|address| address.is_ipv4()).unwrap();
    let login = tokio::spawn(login.finish());

    // Idle connections, as browsers open them: one less than the maximum.
    let mut idle = Vec::new();
    for _ in 0..31 {
        idle.push(TcpStream::connect(address).await.unwrap());
    }

    let origin = uri.trim_end_matches("/callback");
    assert_eq!(browse(&format!("{origin}/favicon.ico")).await.0, StatusCode::NOT_FOUND);

    for wrong in
        ["code=c", "code=c&state=", "code=c&state=wrong", "error=access_denied&state=wrong"]
    {
        let (status, page) = browse(&format!("{uri}?{wrong}")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{wrong}");
        assert!(!page.contains("wrong"), "{page}");
    }

    for hostile in [format!("GET /{} HTTP/1.1\r\n", "x".repeat(20_000)), "\0\r\n\r\n".to_owned()] {
        let mut connection = TcpStream::connect(address).await.unwrap();
        // The server may stop reading and close the connection.
        _ = connection.write_all(hostile.as_bytes()).await;
        _ = connection.read_to_end(&mut Vec::new()).await;
    }

    assert!(!login.is_finished());
    assert_eq!(service.request_counts(), (0, 0));
    assert_eq!(browse(&format!("{uri}?code=c&state={state}")).await.0, StatusCode::OK);

    let tokens = login.await.unwrap().unwrap();
    assert_eq!(tokens.token(None).await.unwrap().expose(), "access-1");
}

#[tokio::test]
async fn denied_login_is_a_permanent_failure() {
    for parameters in ["error=access_denied&error_description=No%0Away", "error_code=user_denied"] {
        let service = OAuthService::start().await;
        let authorize_url = start_authorize_server(parameters).await;
        let login = login(&service, &authorize_url).start().await.unwrap();
        let url = login.authorize_url().to_owned();
        let browser = tokio::spawn(async move { browse(&url).await });
        let error = login.finish().await.unwrap_err();

        assert!(matches!(&error, Error::Token(error) if !error.is_transient()), "{error:?}");
        assert!(error.to_string().contains("the user denied the login"), "{error}");
        assert!(!error.to_string().contains('\n'), "{error}");
        assert!(browser.await.unwrap().1.contains("failed"));
        assert_eq!(service.request_counts(), (0, 0));
    }
}

#[tokio::test]
async fn login_timeout_is_an_error_and_releases_the_port() {
    let service = OAuthService::start().await;
    let login = login(&service, "https://localhost/authorize").timeout(Duration::from_millis(10));
    let login = login.start().await.unwrap();
    let port = Url::parse(&query_of(&login)["redirect_uri"]).unwrap().port().unwrap();
    let second = Login::new("client").port(port).start().await.unwrap_err();

    assert!(matches!(second, Error::Configuration(_)), "{second:?}");
    assert!(second.to_string().contains(&port.to_string()), "{second}");

    let error = login.finish().await.unwrap_err();
    assert!(matches!(error, Error::Token(_)), "{error:?}");
    assert!(error.to_string().contains("the login timed out after 10ms"), "{error}");

    drop(Login::new("client").port(port).start().await.unwrap());
}

#[tokio::test]
async fn refused_code_is_reported_without_code_and_verifier() {
    let service = OAuthService::start().await;
    let authorize_url = start_authorize_server("code=S3CRET").await;
    let description = "the code S3CRET is spent";
    service.push_token_response(
        400,
        json!({"error": "invalid_grant", "error_description": description}),
    );

    let login = login(&service, &authorize_url).client_secret("S3CRET-client");
    assert!(!format!("{login:?}").contains("S3CRET"));

    let login = login.start().await.unwrap();
    let state = query_of(&login)["state"].clone();
    assert!(!format!("{login:?} {login:#?}").contains(&state));

    let url = login.authorize_url().to_owned();
    let browser = tokio::spawn(async move { browse(&url).await });
    let error = login.finish().await.unwrap_err();
    let text = format!("{error} {error:?}");

    assert!(text.contains("invalid_grant (the code *** is spent)"), "{text}");
    let verifier = service.token_requests.lock().unwrap()[0].0["code_verifier"].clone();
    assert!(!text.contains(&verifier) && !text.contains("S3CRET"), "{text}");

    browser.await.unwrap();
}

#[tokio::test]
async fn response_without_a_refresh_token_is_an_error() {
    let service = OAuthService::start().await;
    let authorize_url = start_authorize_server("code=c").await;
    service.push_token_response(200, json!({"access_token": "a"}));

    let login = login(&service, &authorize_url).start().await.unwrap();
    let url = login.authorize_url().to_owned();
    let browser = tokio::spawn(async move { browse(&url).await });
    let error = login.finish().await.unwrap_err();

    assert!(error.to_string().contains("no refresh token"), "{error}");
    browser.await.unwrap();
}

#[tokio::test]
async fn login_refuses_insecure_urls() {
    for (authorize_url, token_url) in
        [("http://h/authorize", "https://h/token"), ("https://h/authorize", "http://h/token")]
    {
        let login = Login::new("client").port(0).authorize_url(authorize_url).token_url(token_url);
        let error = login.start().await.unwrap_err();
        assert!(matches!(error, Error::Configuration(_)), "{error:?}");
    }
}
