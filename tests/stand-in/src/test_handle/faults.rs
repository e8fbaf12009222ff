//! Fault injection by a test.

use super::stand_in::StandIn;
use crate::farm::operation::undocumented;
use crate::farm::uploads::service;
use crate::fault::connection::Traffic;
use crate::fault::{Fault, require_valid};

impl StandIn {
    /// Injects faults into the next valid requests of an operation, one for each request.
    ///
    /// A route that the document lacks is named by method and path: `GET /usage`, or
    /// `PUT /cura/v1/jobs/upload`.
    ///
    /// ```
    /// use connect_api::{Client, Method};
    /// use connect_stand_in::{Fault, StandIn};
    ///
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), connect_api::Error> {
    /// let stand_in = StandIn::start().await;
    /// let client = Client::builder().base_url(stand_in.base_url()).token(stand_in.token()).build()?;
    /// stand_in.inject_faults("get_settings", [Fault::Status(503)]);
    /// stand_in.inject_faults("GET /usage", [Fault::Disconnect]);
    /// // The client retries both.
    /// client.get_settings().send().await?;
    /// client.request(Method::GET, "/usage").send::<serde_json::Value>().await?;
    /// assert_eq!(stand_in.requests().len(), 4);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// If the operation or route does not exist, or a status or header is not valid in HTTP.
    #[track_caller]
    pub fn inject_faults(&self, operation: &str, faults: impl IntoIterator<Item = Fault>) {
        let is_known =
            self.shared.contract.operation(operation).is_some() || self.is_farm_route(operation);
        assert!(is_known, "neither the document nor the farm has an operation `{operation}`");

        self.shared.faults.push(operation, require_valid(faults));
    }

    /// Whether this is the method and path of a route that the document lacks.
    fn is_farm_route(&self, operation: &str) -> bool {
        let route = operation.split_once(' ').filter(|_| self.shared.farm.is_some());
        route.is_some_and(|(method, path)| {
            path.starts_with(service::BASE_PATH) || undocumented::handler(method, path).is_some()
        })
    }

    /// Injects a fault into one valid request in `interval`: the first fault first, and after the
    /// last fault the first again.
    ///
    /// This includes the routes that the document lacks, but not file uploads.
    ///
    /// # Panics
    ///
    /// If `interval` is 0, there is no fault, or a status or header is not valid in HTTP.
    #[track_caller]
    pub fn inject_fault_every(&self, interval: usize, faults: impl IntoIterator<Item = Fault>) {
        let faults = require_valid(faults);
        assert!(interval > 0, "the interval of faults must be at least 1");
        assert!(!faults.is_empty(), "at least one fault is required");

        self.shared.faults.set_recurring(interval, faults);
    }

    /// Removes all faults that have not been injected yet.
    pub fn clear_faults(&self) {
        self.shared.faults.clear();
    }

    /// The counters of all connections.
    pub fn traffic(&self) -> &Traffic {
        &self.shared.traffic
    }
}
