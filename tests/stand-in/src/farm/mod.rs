//! A farm without printers: the stand-in with a state that lives.
//!
//! Jobs wait, are printed and end; printers go offline, break and come back; actions take time.
//! All of it goes by the farm's own clock, which goes on by a second with each request and by what a
//! test pushes it, or follows real time.
//!
//! | what | module |
//! |---|---|
//! | what a farm begins with | [`Farm`], [`layout`] |
//! | its state | [`world`], [`cluster`], [`printer`], [`job`], [`jobs`], [`mod@file`], [`upload`] |
//! | its time | [`clock`], [`agenda`] |
//! | what happens by itself | [`life`], [`traffic`] |
//! | what is done to it | [`action`], [`deed`], [`handle`] |
//! | the API's operations on it | [`operation`], [`call`], [`page`], [`view`] |
//! | the routes that its document lacks | [`undocumented`] |
//! | where files are announced and sent | [`cura`], [`host`] |
//! | the record of what happened | [`change`] |
//!
//! What of its behaviour is attested is what the service's clients rely on; how long the phases
//! last, and that a job is given to the first printer that fits, is the farm's own.

pub mod action;
pub mod call;
pub mod change;
pub mod clock;
pub mod cluster;
pub mod commands;
pub mod event_queue;
pub mod file;
pub mod host;
pub mod ids;
pub mod job;
pub mod jobs;
pub mod layout;
pub mod operation;
pub mod page;
pub mod printer;
pub mod random_events;
pub mod simulation;
pub mod state;
pub mod test_handle;
pub mod undocumented;
pub mod upload;
pub mod upload_service;
pub mod view;

use std::time::Duration;

use chrono::{DateTime, Datelike as _};

pub use self::change::{Change, ChangeKind};
pub use self::clock::MAX_FARM_AGE;
use self::clock::Time;
use self::layout::Layout;
pub use self::upload::{Upload, UploadAttempt, UploadFault};
#[cfg(doc)]
use crate::StandIn;

/// How long a polite client waits before it asks again.
const POLL: Duration = Duration::from_secs(1);

/// What a farm begins with, and how its time goes.
#[derive(Debug, Clone)]
pub struct Farm {
    layout: Layout,
    start: Time,
    speed: u32,
    tick: Option<Duration>,
    tick_at: &'static str,
    lively: Option<u64>,
    listing_delay: Duration,
    cluster_limit: Option<usize>,
    token_lifetime: Option<Duration>,
}

impl Default for Farm {
    fn default() -> Self {
        Self::new()
    }
}

impl Farm {
    /// A small farm in the middle of a working day: three clusters, eight printers of three kinds,
    /// one of them offline; jobs in most phases of their life; maintenance that is due; a printer
    /// that waits to be registered with the pin `A1B2C3`.
    pub fn new() -> Self {
        Self::laid_out(Layout::Sample)
    }

    /// So many clusters of so many printers each, all idle.
    pub fn with_size(clusters: usize, printers: usize) -> Self {
        Self::laid_out(Layout::Sized { clusters, printers })
    }

    fn laid_out(layout: Layout) -> Self {
        Self {
            layout,
            // A Monday morning.
            start: DateTime::from_timestamp(1_772_438_400, 0).unwrap_or_default(),
            speed: 0,
            tick: None,
            tick_at: "",
            lively: None,
            listing_delay: Duration::ZERO,
            cluster_limit: None,
            token_lifetime: None,
        }
    }

    /// Begins at this moment instead of a fixed one.
    #[must_use]
    pub fn start_time(mut self, start: Time) -> Self {
        self.start = start;
        self
    }

    /// When it is to begin, if that is no time for it: the API's times have years of four digits, also
    /// at the end of a farm's life.
    pub(super) fn impossible_start(&self) -> Option<Time> {
        (!(1970..9900).contains(&self.start.year())).then_some(self.start)
    }

    /// Lets the clock run by itself, so many times as fast as real time. It stands still between
    /// requests unless this is set, and can be pushed either way.
    #[must_use]
    pub fn speed(mut self, speed: u32) -> Self {
        self.speed = speed;
        self
    }

    /// Pushes the clock by so much with each request to the API, so that what is polled changes in
    /// the end. It is a second unless this is set, which is how often a polite client asks, and
    /// nothing for a clock that [runs by itself](Self::speed). With [`Duration::ZERO`] no time
    /// passes but what [`StandIn::advance`] pushes: no action ends that is waited for.
    ///
    /// A print of an hour is watched to its end with some sixty requests here:
    ///
    /// ```
    /// use std::time::Duration;
    /// use connect_stand_in::{Farm, StandIn};
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), connect_stand_in::StartError> {
    /// let farm = Farm::new().tick(Duration::from_secs(60));
    /// let stand_in = StandIn::builder().farm(farm).start().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn tick(mut self, tick: Duration) -> Self {
        self.tick = Some(tick);
        self
    }

    /// By how much each request pushes the clock.
    pub(super) fn time_of_a_request(&self) -> Duration {
        let polite = if self.speed == 0 { POLL } else { Duration::ZERO };
        self.tick.unwrap_or(polite)
    }

    /// Has the clock be [pushed](Self::tick) only by requests whose path ends so, `/status` say: what
    /// is asked for in between takes no time.
    #[must_use]
    pub fn tick_on_path_suffix(mut self, path_end: &'static str) -> Self {
        self.tick_at = path_end;
        self
    }

    /// Has jobs arrive, printers drop off and prints fail by themselves, by a chance that is the
    /// same for the same seed.
    #[must_use]
    pub fn random_events(mut self, seed: u64) -> Self {
        self.lively = Some(seed);
        self
    }

    /// Lets new jobs show in lists only after this time. The service takes up to ten seconds; the
    /// farm takes none unless this is set.
    #[must_use]
    pub fn listing_delay(mut self, delay: Duration) -> Self {
        self.listing_delay = delay;
        self
    }

    /// Lists no more than so many clusters, as a small subscription does: the rest is cut off, and
    /// `limit_reached` says so.
    #[must_use]
    pub fn cluster_limit(mut self, limit: usize) -> Self {
        self.cluster_limit = Some(limit);
        self
    }

    /// Lets the bearer token expire after this time. `StandIn::renew_token` gives out the next.
    #[must_use]
    pub fn token_lifetime(mut self, lifetime: Duration) -> Self {
        self.token_lifetime = Some(lifetime);
        self
    }
}
