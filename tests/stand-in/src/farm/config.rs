//! The configuration of a farm.

use std::time::Duration;

use chrono::{DateTime, Datelike as _};

use super::clock::Time;

/// How far a request advances the clock by default. It is the poll interval of a typical client.
const DEFAULT_TICK: Duration = Duration::from_secs(1);

/// The default start time, 2026-03-02T08:00:00Z: a Monday morning.
const DEFAULT_START: i64 = 1_772_438_400;

/// The configuration of a farm: its initial state, and how its time passes.
#[derive(Debug, Clone)]
pub struct Farm {
    pub(crate) layout: Layout,
    pub(crate) start: Time,
    pub(crate) speed: u32,
    tick: Option<Duration>,
    pub(crate) tick_path_suffix: &'static str,
    pub(crate) random_seed: Option<u64>,
    pub(crate) listing_delay: Duration,
    pub(crate) cluster_limit: Option<usize>,
    pub(crate) token_lifetime: Option<Duration>,
}

/// The initial clusters of a farm.
#[derive(Debug, Clone, Copy)]
pub enum Layout {
    /// The small sample farm.
    Sample,
    /// Equal clusters.
    Sized {
        /// The number of clusters.
        clusters: usize,
        /// The number of printers in each cluster.
        printers: usize,
    },
}

impl Default for Farm {
    fn default() -> Self {
        Self::new()
    }
}

impl Farm {
    /// A small sample farm in the middle of a working day.
    ///
    /// It has three clusters and eight printers of three models, one of them offline. There are
    /// jobs in most phases, due maintenance, and a printer that can be registered with the pin
    /// `A1B2C3`.
    pub fn new() -> Self {
        Self::with_layout(Layout::Sample)
    }

    /// A farm of idle printers: this many clusters, with this many printers each.
    pub fn with_size(clusters: usize, printers: usize) -> Self {
        Self::with_layout(Layout::Sized { clusters, printers })
    }

    fn with_layout(layout: Layout) -> Self {
        Self {
            layout,
            start: DateTime::from_timestamp(DEFAULT_START, 0).unwrap_or_default(),
            speed: 0,
            tick: None,
            tick_path_suffix: "",
            random_seed: None,
            listing_delay: Duration::ZERO,
            cluster_limit: None,
            token_lifetime: None,
        }
    }

    /// The time at which the farm starts. The default is a fixed time.
    #[must_use]
    pub fn start_time(mut self, start: Time) -> Self {
        self.start = start;
        self
    }

    /// The start time, if it is out of range.
    ///
    /// The API's times have years of four digits, and the farm can become a hundred years old.
    pub(crate) fn invalid_start_time(&self) -> Option<Time> {
        (!(1970..9900).contains(&self.start.year())).then_some(self.start)
    }

    /// The speed of the clock, relative to real time.
    ///
    /// The default is 0: the clock stands still between requests. At any speed,
    /// [`StandIn::advance`](crate::StandIn::advance) and [`tick`](Self::tick) advance it further.
    #[must_use]
    pub fn speed(mut self, speed: u32) -> Self {
        self.speed = speed;
        self
    }

    /// How far each request to the API advances the clock, so that a client which polls sees
    /// changes.
    ///
    /// The default is one second, or zero if the clock [runs by itself](Self::speed). With
    /// [`Duration::ZERO`], only [`StandIn::advance`](crate::StandIn::advance) advances the clock,
    /// and an action that a client waits for does not end without it.
    ///
    /// With this farm a client watches a print of one hour with about sixty requests:
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

    /// How far each request advances the clock.
    pub(crate) fn tick_duration(&self) -> Duration {
        let default = if self.speed == 0 { DEFAULT_TICK } else { Duration::ZERO };
        self.tick.unwrap_or(default)
    }

    /// Lets only requests whose path has this suffix, such as `/status`, [advance](Self::tick) the
    /// clock.
    #[must_use]
    pub fn tick_on_path_suffix(mut self, suffix: &'static str) -> Self {
        self.tick_path_suffix = suffix;
        self
    }

    /// Enables random events: jobs arrive, printers go offline, printers have errors.
    ///
    /// The same seed gives the same events.
    #[must_use]
    pub fn random_events(mut self, seed: u64) -> Self {
        self.random_seed = Some(seed);
        self
    }

    /// The time until a new job appears in lists. The default is zero; the service takes up to ten
    /// seconds.
    #[must_use]
    pub fn listing_delay(mut self, delay: Duration) -> Self {
        self.listing_delay = delay;
        self
    }

    /// The maximum number of clusters in a list, as with a small subscription.
    ///
    /// If the limit cuts off clusters, `limit_reached` of the list is true.
    #[must_use]
    pub fn cluster_limit(mut self, limit: usize) -> Self {
        self.cluster_limit = Some(limit);
        self
    }

    /// The time until the bearer token expires.
    /// [`StandIn::renew_token`](crate::StandIn::renew_token) issues the next one.
    #[must_use]
    pub fn token_lifetime(mut self, lifetime: Duration) -> Self {
        self.token_lifetime = Some(lifetime);
        self
    }
}
