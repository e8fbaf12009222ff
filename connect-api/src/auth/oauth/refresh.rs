//! One refresh for all who wait.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tracing::Instrument as _;

use super::RefreshToken;
use super::endpoint::TokenEndpoint;
use super::grant::{Failure, Grant, bounded};
use crate::auth::oauth::backoff::Later;
use crate::auth::oauth::config::Hook;
use crate::auth::token::{AccessToken, TokenError};
use crate::error::{ConfigurationError, Error};
use crate::runtime::{Instant, timeout};

/// How a refresh ended; nothing while it runs.
type Outcome = Option<Result<AccessToken, TokenError>>;

/// What all clones of a provider, and its refresh, share.
pub(crate) struct Shared {
    endpoint: TokenEndpoint,
    hook: Option<Hook>,
    leeway: Duration,
    state: Mutex<State>,
}

struct State {
    refresh_token: RefreshToken,
    access: Option<Access>,
    /// Why the refresh token is no longer good.
    refused: Option<TokenError>,
    /// Why the service is left alone for a while; nothing after a success.
    later: Option<Later>,
    running: Option<Running>,
}

/// A refresh that others wait for.
#[derive(Clone)]
struct Running {
    outcome: watch::Receiver<Outcome>,
    /// When nobody waits any longer: the runtime that it runs on may have stopped, for good.
    until: Instant,
}

struct Access {
    token: AccessToken,
    /// When it is to be refreshed.
    due: Instant,
    /// When it is no longer good.
    end: Instant,
}

impl Access {
    fn new(token: AccessToken, lifetime: Duration, leeway: Duration) -> Self {
        let (now, lifetime) = (Instant::now(), bounded(lifetime));
        // A leeway longer than the token lives would have each call refresh it.
        Self { token, due: now + (lifetime - leeway.min(lifetime / 2)), end: now + lifetime }
    }

    /// The token, if it is still good although it was not refreshed: to be refreshed when the
    /// service may be asked again.
    fn without_refresh(&mut self, later: Instant) -> Option<AccessToken> {
        self.due = later.min(self.end);
        (Instant::now() < self.end).then(|| self.token.clone())
    }
}

impl Shared {
    pub(crate) fn new(
        endpoint: TokenEndpoint,
        refresh_token: RefreshToken,
        hook: Option<Hook>,
        leeway: Duration,
    ) -> Result<Self, Error> {
        if refresh_token.expose().trim().is_empty() {
            let fault = "the refresh token is empty";
            return Err(Error::Configuration(ConfigurationError::new(fault)));
        }

        let state =
            State { refresh_token, access: None, refused: None, later: None, running: None };
        Ok(Self { endpoint, hook, leeway, state: Mutex::new(state) })
    }

    /// From a login's grant; the program learns of the refresh token as of any later one.
    #[cfg(all(feature = "login", not(target_family = "wasm")))]
    pub(crate) async fn granted(
        endpoint: TokenEndpoint,
        grant: Grant,
        hook: Option<Hook>,
    ) -> Result<Self, Error> {
        let Some(refresh_token) = grant.refresh_token else {
            let why = "the account service gave no refresh token at the login";
            return Err(TokenError::refused(why).into());
        };
        let shared = Self::new(endpoint, refresh_token.clone(), hook, super::LEEWAY)?;
        shared.announce(refresh_token).await;

        // Without an access token, the first call gets one.
        if let Ok((token, lifetime)) = grant.access {
            shared.begin_with(token, lifetime);
        }
        Ok(shared)
    }

    pub(crate) fn begin_with(&self, token: AccessToken, lifetime: Duration) {
        self.state().access = Some(Access::new(token, lifetime, self.leeway));
    }

    pub(crate) fn refresh_token(&self) -> RefreshToken {
        self.state().refresh_token.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Each change of the state is whole, so that a panic leaves nothing half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A token that is good now and not the refused one.
    pub(crate) async fn token(
        self: &Arc<Self>,
        refused: Option<&AccessToken>,
    ) -> Result<AccessToken, TokenError> {
        loop {
            let Running { mut outcome, until } = match self.at_hand(refused)? {
                AtHand::Token(token) => return Ok(token),
                AtHand::Running(running) => running,
                AtHand::ToStart(refresh, running) => {
                    let span = tracing::debug_span!("connect_api.refresh_token");
                    spawn(refresh.run().instrument(span));
                    running
                }
            };
            let left = until.saturating_duration_since(Instant::now());

            let outcome = match timeout(left, outcome.wait_for(Option::is_some)).await {
                Ok(ended) => ended.ok().and_then(|outcome| outcome.clone()),
                Err(_) => continue,
            };

            return match outcome {
                Some(Ok(token)) if refused == Some(&token) => Err(TokenError::refused(
                    "the account service gave the same access token again, which the API has \
                     refused",
                )),
                Some(result) => result,
                None => Err(TokenError::transient("the refresh was interrupted")),
            };
        }
    }

    fn at_hand(self: &Arc<Self>, refused: Option<&AccessToken>) -> Result<AtHand, TokenError> {
        let mut state = self.state();
        if let Some(error) = &state.refused {
            return Err(error.clone());
        }

        let now = Instant::now();
        // A refused token must not be given to the calls that come while, or after, this fails.
        state.access.take_if(|access| refused == Some(&access.token));

        if let Some(access) = state.access.as_ref().filter(|access| now < access.due) {
            return Ok(AtHand::Token(access.token.clone()));
        }

        if let Some(running) = state.running.as_ref().filter(|running| now < running.until) {
            return Ok(AtHand::Running(running.clone()));
        }

        if let Some(error) = state.later.as_ref().and_then(|later| later.error_at(now)) {
            return Err(error);
        }

        let (done, outcome) = watch::channel(None);
        // Once for the exchange, and once for what the program does with its new refresh token.
        let running = Running { outcome, until: now + 2 * bounded(self.endpoint.timeout) };
        state.running = Some(running.clone());

        Ok(AtHand::ToStart(Refresh { shared: Arc::clone(self), done: Some(done) }, running))
    }

    async fn refresh(&self) -> Result<Access, Failure> {
        let old = self.refresh_token();
        let form = [("grant_type", "refresh_token"), ("refresh_token", old.expose())];
        let grant = self.endpoint.exchange(&form, &[old.expose()]).await?;
        Ok(self.accept(&old, grant).await?)
    }

    /// Keeps what the service has granted for a refresh token; the new one first, as there is no
    /// second copy.
    async fn accept(&self, old: &RefreshToken, grant: Grant) -> Result<Access, TokenError> {
        if let Some(new) = grant.refresh_token.filter(|new| new != old) {
            let is_next = {
                let mut state = self.state();
                // Not if this one was given up, and another was granted one meanwhile.
                let is_next = state.refresh_token == *old;
                if is_next {
                    state.refresh_token = new.clone();
                    state.refused = None;
                }

                is_next
            };

            if is_next {
                self.announce(new).await;
            }
        }

        let (token, lifetime) = grant.access?;
        Ok(Access::new(token, lifetime, self.leeway))
    }

    /// Calls the hook where it may block and panic.
    async fn announce(&self, token: RefreshToken) {
        let Some(hook) = self.hook.clone() else { return };
        #[cfg(not(target_family = "wasm"))]
        if tokio::task::spawn_blocking(move || hook(&token)).await.is_err() {
            tracing::error!(
                "the hook for new refresh tokens panicked; the token may not be stored"
            );
        }

        #[cfg(target_family = "wasm")]
        hook(&token);
    }
}

enum AtHand {
    Token(AccessToken),
    Running(Running),
    ToStart(Refresh, Running),
}

/// The refresh that runs. However it ends, the next one can begin.
struct Refresh {
    shared: Arc<Shared>,
    /// None once it is told how the refresh ended.
    done: Option<watch::Sender<Outcome>>,
}

impl Refresh {
    async fn run(mut self) {
        let result = self.shared.refresh().await;
        match &result {
            Ok(_) => tracing::debug!("the access token is refreshed"),
            Err(failure) => failure.log(),
        }

        let outcome = self.end(result.map_err(|failure| failure.error));
        if let Some(done) = self.done.take() {
            done.send_replace(Some(outcome));
        }
    }

    /// What those who wait get. A refresh that was given up has no say, but for what it brings.
    fn end(&self, result: Result<Access, TokenError>) -> Result<AccessToken, TokenError> {
        let mut state = self.shared.state();
        let counts = self.is_current(&state);
        if counts {
            state.running = None;
        }

        match result {
            Ok(access) => {
                let token = access.token.clone();
                state.later = None;

                if counts || state.access.is_none() {
                    state.access = Some(access);
                }
                Ok(token)
            }
            Err(error) if !counts => Err(error),
            Err(error) if error.is_transient() => {
                let later = Later::after(state.later.take(), error);
                let Later { until, error, .. } = state.later.insert(later).clone();
                let access = state.access.as_mut();
                access.and_then(|access| access.without_refresh(until)).ok_or(error)
            }
            Err(error) => {
                state.refused = Some(error.clone());
                Err(error)
            }
        }
    }

    /// Whether it is this one that others wait for.
    fn is_current(&self, state: &State) -> bool {
        let (Some(done), Some(running)) = (&self.done, &state.running) else { return false };
        done.subscribe().same_channel(&running.outcome)
    }
}

impl Drop for Refresh {
    /// The runtime went away, or something panicked: those who wait learn of it from the sender
    /// that is dropped.
    fn drop(&mut self) {
        let mut state = self.shared.state();
        if self.is_current(&state) {
            state.running = None;
        }
    }
}

/// Runs on when the caller is cancelled.
#[cfg(not(target_family = "wasm"))]
fn spawn(refresh: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(refresh);
}

/// Runs on when the caller is cancelled.
#[cfg(target_family = "wasm")]
fn spawn(refresh: impl Future<Output = ()> + 'static) {
    wasm_bindgen_futures::spawn_local(refresh);
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::http::{HeaderMap, HeaderValue, StatusCode, header};

    use super::*;
    use crate::auth::oauth::Account;

    const LIFETIME: Duration = Duration::from_secs(20);

    /// What gets its tokens from a service in trouble, with an access token that is to be refreshed
    /// and will still live for a while; and how often the service was asked.
    async fn in_trouble(retry_after: Option<&'static str>) -> (Arc<Shared>, Arc<AtomicUsize>) {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = asked.clone();

        let answer = move || {
            count.fetch_add(1, Ordering::Relaxed);
            let headers: HeaderMap = retry_after
                .map(|wait| (header::RETRY_AFTER, HeaderValue::from_static(wait)))
                .into_iter()
                .collect();
            std::future::ready((StatusCode::SERVICE_UNAVAILABLE, headers))
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut account = Account::new("client".to_owned());
        account.token_url = Some(format!("http://{}/token", listener.local_addr().unwrap()));

        let router = axum::Router::new().fallback(answer);
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let (endpoint, hook) = account.open().unwrap();
        let shared = Shared::new(endpoint, "refresh".into(), hook, super::super::LEEWAY).unwrap();
        shared.begin_with("given".into(), LIFETIME);
        shared.state().access.as_mut().unwrap().due = Instant::now();

        (Arc::new(shared), asked)
    }

    #[tokio::test]
    async fn a_token_is_good_to_its_end_though_it_cannot_be_refreshed() {
        for retry_after in [None, Some("300")] {
            let (shared, asked) = in_trouble(retry_after).await;
            for _ in 0..3 {
                assert_eq!(shared.token(None).await.unwrap().expose(), "given");
            }

            // Without a `Retry-After` it is asked again after a time that a slow machine may need.
            if retry_after.is_some() {
                assert_eq!(asked.load(Ordering::Relaxed), 1, "the service is not asked each time");
            }

            shared.state().access.as_mut().unwrap().end = Instant::now();
            shared.state().access.as_mut().unwrap().due = Instant::now();
            assert!(shared.token(None).await.unwrap_err().is_transient());
        }
    }

    #[tokio::test]
    async fn a_token_that_was_refused_is_given_to_nobody_whatever_life_it_has() {
        let (shared, asked) = in_trouble(Some("300")).await;
        let refused = AccessToken::from("given");
        assert!(shared.token(Some(&refused)).await.unwrap_err().is_transient());
        assert!(shared.token(None).await.unwrap_err().is_transient());
        assert_eq!(asked.load(Ordering::Relaxed), 1, "all know of the failure");
    }

    #[test]
    fn a_token_is_refreshed_before_its_end_but_not_before_half_of_its_life() {
        let unset = super::super::LEEWAY.as_secs();
        for (lifetime, leeway, due) in [(600, unset, 570), (40, 30, 20), (1, 30, 0), (60, 0, 60)] {
            let start = Instant::now();
            let [lifetime, leeway] = [lifetime, leeway].map(Duration::from_secs);
            let access = Access::new("a".into(), lifetime, leeway);
            let due_after = access.due - start;

            assert!((due..due + 5).contains(&due_after.as_secs()), "{due_after:?}");
            assert!(access.due <= access.end);
        }

        // No time is too long.
        Access::new("a".into(), Duration::MAX, Duration::MAX);
    }
}
