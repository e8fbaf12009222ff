//! Refreshes the access token: one refresh at a time, shared by all calls that wait for a token.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tracing::Instrument as _;

use super::backoff::RefreshBackoff;
use super::config::RefreshTokenHook;
use super::endpoint::TokenEndpoint;
use super::issued_tokens::{Failure, IssuedTokens, limit_duration};
use super::refresh_token::RefreshToken;
use crate::auth::token::{AccessToken, TokenError};
use crate::error::{ConfigurationError, Error};
use crate::runtime::{Instant, timeout};

/// How long before its expiry an access token is refreshed, unless configured.
pub(super) const DEFAULT_LEEWAY: Duration = Duration::from_secs(30);

/// The result of a refresh, or `None` while it runs.
type Outcome = Option<Result<AccessToken, TokenError>>;

/// The tokens that all clones of a provider and the running refresh share.
pub(crate) struct SharedTokens {
    endpoint: TokenEndpoint,
    hook: Option<RefreshTokenHook>,
    leeway: Duration,
    state: Mutex<State>,
}

struct State {
    refresh_token: RefreshToken,
    access: Option<CachedToken>,
    /// The permanent error of the account service. No refresh is started after it.
    permanent_error: Option<TokenError>,
    /// The backoff after a transient failure, or `None` after a success.
    backoff: Option<RefreshBackoff>,
    running: Option<RunningRefresh>,
}

/// A refresh that calls wait for.
#[derive(Clone)]
struct RunningRefresh {
    outcome: watch::Receiver<Outcome>,
    /// When calls stop waiting, since the runtime of the refresh may have stopped.
    deadline: Instant,
}

/// An access token with its times.
struct CachedToken {
    token: AccessToken,
    /// When it should be refreshed.
    refresh_at: Instant,
    expires_at: Instant,
}

impl CachedToken {
    fn new(token: AccessToken, lifetime: Duration, leeway: Duration) -> Self {
        let now = Instant::now();
        let lifetime = limit_duration(lifetime);
        // With a leeway over the lifetime, each call would refresh the token.
        let leeway = leeway.min(lifetime / 2);

        Self { token, refresh_at: now + (lifetime - leeway), expires_at: now + lifetime }
    }

    /// Postpones the refresh after a failure. Returns the token, if it has not expired.
    fn postpone_refresh(&mut self, refresh_at: Instant) -> Option<AccessToken> {
        self.refresh_at = refresh_at.min(self.expires_at);
        (Instant::now() < self.expires_at).then(|| self.token.clone())
    }
}

impl SharedTokens {
    pub(crate) fn new(
        endpoint: TokenEndpoint,
        refresh_token: RefreshToken,
        hook: Option<RefreshTokenHook>,
        leeway: Duration,
    ) -> Result<Self, Error> {
        if refresh_token.expose().trim().is_empty() {
            return Err(ConfigurationError::new("the refresh token is empty").into());
        }

        let state = State {
            refresh_token,
            access: None,
            permanent_error: None,
            backoff: None,
            running: None,
        };
        Ok(Self { endpoint, hook, leeway, state: Mutex::new(state) })
    }

    /// Creates the shared tokens from the tokens that a login issued, and calls the hook with the
    /// refresh token.
    #[cfg(all(feature = "login", not(target_family = "wasm")))]
    pub(crate) async fn from_issued_tokens(
        endpoint: TokenEndpoint,
        issued: IssuedTokens,
        hook: Option<RefreshTokenHook>,
    ) -> Result<Self, Error> {
        let Some(refresh_token) = issued.refresh_token else {
            let reason = "the account service issued no refresh token at the login";
            return Err(TokenError::permanent(reason).into());
        };
        let shared = Self::new(endpoint, refresh_token.clone(), hook, DEFAULT_LEEWAY)?;
        shared.call_hook(refresh_token).await;

        // Without an access token, the first call refreshes it.
        if let Ok((token, lifetime)) = issued.access {
            shared.set_access_token(token, lifetime);
        }

        Ok(shared)
    }

    pub(crate) fn set_access_token(&self, token: AccessToken, lifetime: Duration) {
        self.state().access = Some(CachedToken::new(token, lifetime, self.leeway));
    }

    pub(crate) fn refresh_token(&self) -> RefreshToken {
        self.state().refresh_token.clone()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No code that changes the state can panic halfway, so the state is consistent even if the
        // lock is poisoned.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns a valid token other than the expired one. Refreshes it if necessary.
    pub(crate) async fn token(
        self: &Arc<Self>,
        expired: Option<&AccessToken>,
    ) -> Result<AccessToken, TokenError> {
        loop {
            let mut running = match self.next_step(expired)? {
                NextStep::Use(token) => return Ok(token),
                NextStep::Wait(running) => running,
                NextStep::Start(refresh, running) => {
                    let span = tracing::debug_span!("connect_api.refresh_token");
                    spawn(refresh.run().instrument(span));
                    running
                }
            };

            let remaining = running.deadline.saturating_duration_since(Instant::now());
            let outcome = running.outcome.wait_for(Option::is_some);
            let Ok(outcome) = timeout(remaining, outcome).await else { continue };

            return match outcome.ok().and_then(|outcome| outcome.clone()) {
                Some(Ok(token)) if expired == Some(&token) => Err(TokenError::permanent(
                    "the account service issued the access token that the API has rejected as \
                     expired",
                )),
                Some(result) => result,
                None => Err(TokenError::transient("the refresh was interrupted")),
            };
        }
    }

    /// Decides how a call gets its token.
    fn next_step(self: &Arc<Self>, expired: Option<&AccessToken>) -> Result<NextStep, TokenError> {
        let mut state = self.state();
        if let Some(error) = &state.permanent_error {
            return Err(error.clone());
        }

        // No other call may get the expired token, even if the refresh fails.
        state.access.take_if(|access| expired == Some(&access.token));

        let now = Instant::now();
        if let Some(access) = state.access.as_ref().filter(|access| now < access.refresh_at) {
            return Ok(NextStep::Use(access.token.clone()));
        }
        if let Some(running) = state.running.as_ref().filter(|running| now < running.deadline) {
            return Ok(NextStep::Wait(running.clone()));
        }
        if let Some(error) = state.backoff.as_ref().and_then(|backoff| backoff.error_at(now)) {
            return Err(error);
        }

        let (sender, outcome) = watch::channel(None);
        // The timeout twice: for the request, and for the hook.
        let deadline = now + 2 * limit_duration(self.endpoint.timeout);
        let running = RunningRefresh { outcome, deadline };
        state.running = Some(running.clone());
        let refresh = Refresh { shared: Arc::clone(self), sender: Some(sender) };

        Ok(NextStep::Start(refresh, running))
    }

    async fn refresh(&self) -> Result<CachedToken, Failure> {
        let old = self.refresh_token();
        let form = [("grant_type", "refresh_token"), ("refresh_token", old.expose())];
        let issued = self.endpoint.exchange(&form, &[old.expose()]).await?;

        Ok(self.store_issued_tokens(&old, issued).await?)
    }

    /// Stores the issued tokens: the new refresh token first, since there is no other copy of it.
    async fn store_issued_tokens(
        &self,
        old: &RefreshToken,
        issued: IssuedTokens,
    ) -> Result<CachedToken, TokenError> {
        if let Some(new) = issued.refresh_token.filter(|new| new != old)
            && self.replace_refresh_token(old, &new)
        {
            self.call_hook(new).await;
        }

        let (token, lifetime) = issued.access?;
        Ok(CachedToken::new(token, lifetime, self.leeway))
    }

    /// Replaces the refresh token, unless another refresh has replaced it meanwhile. Returns whether
    /// it was replaced.
    fn replace_refresh_token(&self, old: &RefreshToken, new: &RefreshToken) -> bool {
        let mut state = self.state();
        if state.refresh_token != *old {
            return false;
        }

        state.refresh_token = new.clone();
        state.permanent_error = None;
        true
    }

    /// Calls the hook on a thread that it may block and where it may panic.
    async fn call_hook(&self, token: RefreshToken) {
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

/// How a call gets its token.
enum NextStep {
    Use(AccessToken),
    Wait(RunningRefresh),
    Start(Refresh, RunningRefresh),
}

/// The running refresh. When it is dropped, even by a panic, the next refresh can start.
struct Refresh {
    shared: Arc<SharedTokens>,
    /// `None` after the outcome was sent.
    sender: Option<watch::Sender<Outcome>>,
}

impl Refresh {
    async fn run(mut self) {
        let result = self.shared.refresh().await;
        match &result {
            Ok(_) => tracing::debug!("refreshed the access token"),
            Err(failure) => failure.log(),
        }

        let outcome = self.finish(result.map_err(|failure| failure.error));
        if let Some(sender) = self.sender.take() {
            sender.send_replace(Some(outcome));
        }
    }

    /// Updates the state, and returns the outcome for the waiting calls. If no call waits for this
    /// refresh any more, only its token is stored.
    fn finish(&self, result: Result<CachedToken, TokenError>) -> Result<AccessToken, TokenError> {
        let mut state = self.shared.state();
        let is_current = self.is_current(&state);
        if is_current {
            state.running = None;
        }

        match result {
            Ok(access) => {
                let token = access.token.clone();
                state.backoff = None;
                if is_current || state.access.is_none() {
                    state.access = Some(access);
                }

                Ok(token)
            }
            Err(error) if !is_current => Err(error),
            Err(error) if error.is_transient() => {
                let backoff = RefreshBackoff::after_failure(state.backoff.take(), error);
                state.backoff = Some(backoff.clone());
                let access = state.access.as_mut();
                let token = access.and_then(|access| access.postpone_refresh(backoff.until));

                token.ok_or(backoff.error)
            }
            Err(error) => {
                state.permanent_error = Some(error.clone());
                Err(error)
            }
        }
    }

    /// Whether calls wait for this refresh.
    fn is_current(&self, state: &State) -> bool {
        let (Some(sender), Some(running)) = (&self.sender, &state.running) else { return false };
        sender.subscribe().same_channel(&running.outcome)
    }
}

impl Drop for Refresh {
    /// Ends a refresh that did not finish, because the runtime stopped or something panicked. The calls
    /// that wait notice the dropped sender.
    fn drop(&mut self) {
        let mut state = self.shared.state();
        if self.is_current(&state) {
            state.running = None;
        }
    }
}

/// Spawns the refresh as a task that continues when the caller is cancelled.
#[cfg(not(target_family = "wasm"))]
fn spawn(refresh: impl Future<Output = ()> + Send + 'static) {
    tokio::spawn(refresh);
}

/// Spawns the refresh as a task that continues when the caller is cancelled.
#[cfg(target_family = "wasm")]
fn spawn(refresh: impl Future<Output = ()> + 'static) {
    wasm_bindgen_futures::spawn_local(refresh);
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::http::{HeaderMap, HeaderValue, StatusCode, header};

    use super::super::config::AccountConfig;
    use super::*;

    const LIFETIME: Duration = Duration::from_secs(20);

    /// Tokens of an account service that responds with 503. Their access token is due for a refresh
    /// and has not expired. Also returns the number of requests to the service.
    async fn tokens_of_failing_service(
        retry_after: Option<&'static str>,
    ) -> (Arc<SharedTokens>, Arc<AtomicUsize>) {
        let requests = Arc::new(AtomicUsize::new(0));
        let counter = requests.clone();

        let respond = move || {
            counter.fetch_add(1, Ordering::Relaxed);
            let headers: HeaderMap = retry_after
                .map(|delay| (header::RETRY_AFTER, HeaderValue::from_static(delay)))
                .into_iter()
                .collect();
            std::future::ready((StatusCode::SERVICE_UNAVAILABLE, headers))
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut account = AccountConfig::new("client".to_owned());
        account.token_url = Some(format!("http://{}/token", listener.local_addr().unwrap()));
        let router = axum::Router::new().fallback(respond);
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });

        let (endpoint, hook) = account.into_endpoint().unwrap();
        let shared = SharedTokens::new(endpoint, "refresh".into(), hook, DEFAULT_LEEWAY).unwrap();
        shared.set_access_token("given".into(), LIFETIME);
        shared.state().access.as_mut().unwrap().refresh_at = Instant::now();

        (Arc::new(shared), requests)
    }

    fn expire_access_token(shared: &SharedTokens) {
        let now = Instant::now();
        let mut state = shared.state();
        let access = state.access.as_mut().unwrap();
        (access.refresh_at, access.expires_at) = (now, now);
    }

    #[tokio::test]
    async fn failed_refresh_leaves_the_access_token_usable_until_it_expires() {
        for retry_after in [None, Some("300")] {
            let (shared, requests) = tokens_of_failing_service(retry_after).await;
            for _ in 0..3 {
                assert_eq!(shared.token(None).await.unwrap().expose(), "given");
            }

            // Without a `Retry-After`, a slow machine may exceed the backoff.
            if retry_after.is_some() {
                assert_eq!(requests.load(Ordering::Relaxed), 1, "no request during the backoff");
            }

            expire_access_token(&shared);
            assert!(shared.token(None).await.unwrap_err().is_transient());
        }
    }

    #[tokio::test]
    async fn expired_token_is_never_returned_again() {
        let (shared, requests) = tokens_of_failing_service(Some("300")).await;
        let expired = AccessToken::from("given");
        assert!(shared.token(Some(&expired)).await.unwrap_err().is_transient());
        assert!(shared.token(None).await.unwrap_err().is_transient());
        assert_eq!(requests.load(Ordering::Relaxed), 1, "all calls share the failure");
    }

    #[test]
    fn refresh_is_due_before_expiry_but_not_before_half_of_the_lifetime() {
        let default = DEFAULT_LEEWAY.as_secs();
        for (lifetime, leeway, due) in [(600, default, 570), (40, 30, 20), (1, 30, 0), (60, 0, 60)]
        {
            let start = Instant::now();
            let [lifetime, leeway] = [lifetime, leeway].map(Duration::from_secs);
            let access = CachedToken::new("a".into(), lifetime, leeway);
            let due_after = access.refresh_at - start;

            assert!((due..due + 5).contains(&due_after.as_secs()), "{due_after:?}");
            assert!(access.refresh_at <= access.expires_at);
        }

        // Durations cannot overflow.
        CachedToken::new("a".into(), Duration::MAX, Duration::MAX);
    }
}
