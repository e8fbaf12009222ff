//! The README's third program, word for word.

use std::time::Duration;

use connect_api::Client;
use connect_stand_in::StandIn;

#[tokio::test]
async fn a_gear_is_printed_in_a_day() -> Result<(), Box<dyn std::error::Error>> {
    let stand_in = StandIn::start().await;
    let client = Client::builder().base_url(stand_in.base_url()).token(stand_in.token()).build()?;
    let file = stand_in.add_file("gear.ufp", Duration::from_secs(3600));
    let cluster = &client.get_clusters().send().await?.items[1].cluster_id;
    let job = client.print(cluster, &file).send().await?.job_instance_uuid.unwrap();
    stand_in.advance(Duration::from_secs(24 * 3600));
    let job = client.get_print_job(cluster, &job).send().await?;
    assert_eq!(job.status.as_str(), "finished");
    Ok(())
}
