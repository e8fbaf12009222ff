//! One refresh for all who wait.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tracing::Instrument as _;

use super::RefreshToken;
use super::endpoint::{Grant, TokenEndpoint};
use crate::error::{ConfigurationError, Error};
use crate::time::Instant;
use crate::token::{AccessToken, TokenError};

/// The longest that the service can have all calls wait: a slip of its must not end a program that
/// runs for months.
const LONGEST_WAIT: Duration = Duration::from_secs(600);

/// What the program does with a new refresh token.
pub(crate) type Hook = Arc<dyn Fn(&RefreshToken) + Send + Sync>;

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
    /// Until when the service wants not to be asked, and what it said.
    later: Option<(Instant, TokenError)>,
    running: Option<watch::Receiver<Outcome>>,
}

struct Access {
    token: AccessToken,
    /// When it is to be refreshed.
    due: Instant,
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
        shared.state().access = grant.access.ok().map(|access| shared.access(access));
        Ok(shared)
    }

    pub(crate) fn begin_with(&self, token: AccessToken, due: Instant) {
        self.state().access = Some(Access { token, due });
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
        let mut running = match self.at_hand(refused)? {
            AtHand::Token(token) => return Ok(token),
            AtHand::Running(running) => running,
            AtHand::ToStart(refresh, running) => {
                let span = tracing::debug_span!("connect_api.refresh_token");
                spawn(refresh.run().instrument(span));
                running
            }
        };
        let outcome = match running.wait_for(Option::is_some).await {
            Ok(outcome) => outcome.clone(),
            Err(_) => None,
        };
        match outcome {
            Some(Ok(token)) if refused == Some(&token) => Err(TokenError::refused(
                "the account service gave the same access token again, which the API has refused",
            )),
            Some(result) => result,
            None => Err(TokenError::transient("the refresh was interrupted")),
        }
    }

    fn at_hand(self: &Arc<Self>, refused: Option<&AccessToken>) -> Result<AtHand, TokenError> {
        let mut state = self.state();
        if let Some(error) = &state.refused {
            return Err(error.clone());
        }
        if let Some(access) = &state.access
            && refused != Some(&access.token)
            && Instant::now() < access.due
        {
            return Ok(AtHand::Token(access.token.clone()));
        }
        // A refused token must not be given to the calls that come while, or after, this fails.
        state.access = None;
        if let Some(running) = &state.running {
            return Ok(AtHand::Running(running.clone()));
        }
        if let Some((until, error)) = &state.later {
            let wait = until.saturating_duration_since(Instant::now());
            if !wait.is_zero() {
                return Err(error.clone().retry_after(wait));
            }
        }
        let (done, running) = watch::channel(None);
        state.running = Some(running.clone());
        Ok(AtHand::ToStart(Refresh { shared: Arc::clone(self), done: Some(done) }, running))
    }

    async fn refresh(&self) -> Result<Access, TokenError> {
        let old = self.refresh_token();
        let form = [("grant_type", "refresh_token"), ("refresh_token", old.expose())];
        let grant = self.endpoint.exchange(&form, &[old.expose()]).await?;
        self.accept(grant).await
    }

    /// Keeps what the service has granted; the refresh token first, as there is no second copy.
    async fn accept(&self, grant: Grant) -> Result<Access, TokenError> {
        if let Some(new) = grant.refresh_token {
            let is_new = {
                let mut state = self.state();
                let is_new = state.refresh_token != new;
                state.refresh_token = new.clone();
                is_new
            };
            if is_new {
                self.announce(new).await;
            }
        }
        Ok(self.access(grant.access?))
    }

    fn access(&self, (token, lifetime): (AccessToken, Duration)) -> Access {
        // A leeway longer than the token lives would have each call refresh it.
        let due = Instant::now() + (lifetime - self.leeway.min(lifetime / 2));
        Access { token, due }
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
    Running(watch::Receiver<Outcome>),
    ToStart(Refresh, watch::Receiver<Outcome>),
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
        let outcome = {
            let mut state = self.shared.state();
            state.running = None;
            match result {
                Ok(access) => {
                    let token = access.token.clone();
                    state.access = Some(access);
                    Ok(token)
                }
                Err(error) => {
                    if !error.is_transient() {
                        state.refused = Some(error.clone());
                    }
                    state.later = error
                        .get_retry_after()
                        .map(|wait| (Instant::now() + wait.min(LONGEST_WAIT), error.clone()));
                    Err(error)
                }
            }
        };
        match &outcome {
            Ok(_) => tracing::debug!("the access token is refreshed"),
            Err(error) => tracing::warn!(%error, "the access token is not refreshed"),
        }
        if let Some(done) = self.done.take() {
            done.send_replace(Some(outcome));
        }
    }
}

impl Drop for Refresh {
    /// The runtime went away, or something panicked: those who wait learn of it from the sender
    /// that is dropped.
    fn drop(&mut self) {
        if self.done.is_some() {
            self.shared.state().running = None;
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
