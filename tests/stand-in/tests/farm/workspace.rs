//! What belongs to the whole workspace, and what people note.

use std::time::Duration;

use connect_api::models::{
    ClusterIdsRequest, ClusterNote, ClusterNoteUpdateRequest, ClusterSharingUpdateRequest,
    MaintenanceTaskCode, OrganizationSettings, PrinterMaintenanceTaskRequest,
};
use connect_stand_in::farm::Farm;

use super::{HOUR, Site, refusal, refused};

#[tokio::test]
async fn settings_stay_and_what_is_left_out_stays_as_it_was() {
    let site = Site::new(Farm::new()).await;
    let update = async |settings: OrganizationSettings| {
        let now = site.client.update_settings(settings).send().await.expect("settings");
        (now.enable_print_prep, now.require_print_approval)
    };

    let now = update(OrganizationSettings::new().enable_print_prep(true)).await;
    assert_eq!(now, (Some(true), Some(false)));

    let now = update(OrganizationSettings::new().require_print_approval(true)).await;
    assert_eq!(now, (Some(true), Some(true)));

    let read = site.client.get_settings().send().await.expect("settings");
    assert_eq!((read.enable_print_prep, read.require_print_approval), now);
}

#[tokio::test]
async fn maintenance_that_was_done_is_due_again_later() {
    let site = Site::new(Farm::new()).await;
    let cluster = site.cluster().await;

    let due = async || {
        let pending = site.client.get_pending_maintenance(&cluster).send().await.expect("tasks");
        let whole = site.client.get_cluster(&cluster).send().await.expect("a cluster");
        assert_eq!(whole.maintenance_due, Some(pending[0].is_due));
        (pending[0].is_due, pending[0].due_date.expect("a date"))
    };
    let (is_due, before) = due().await;
    assert!(is_due && before < site.farm.now());

    let task = MaintenanceTaskCode::SlineCleanPrinter;
    let body = PrinterMaintenanceTaskRequest::new().task_codes([task.clone()]);
    site.client.add_completed_maintenance(&cluster, body).send().await.expect("nothing");

    let done_at = site.farm.now();
    let (is_due, next) = due().await;
    assert!(!is_due && next == done_at + HOUR * 24 * 90);

    let log = site.client.get_completed_maintenance(&cluster).limit(5).send().await;
    let log = log.expect("a page").items;
    assert_eq!((log.len(), log[0].completed_at), (1, done_at));
    assert_eq!(log[0].task_codes, Some(vec![task]));

    site.farm.advance(HOUR * 24 * 90);
    assert!(due().await.0);

    let other = PrinterMaintenanceTaskRequest::new().task_codes(["um3_clean_printer".into()]);
    let unknown = site.client.add_completed_maintenance(&cluster, other).send().await;
    assert_eq!(refusal(unknown.expect_err("a refusal")), refused(404, "recordNotFound"));
}

#[tokio::test]
async fn a_cluster_is_shared_with_teams_or_with_all() {
    let site = Site::new(Farm::new()).await;
    let cluster = site.cluster().await;
    let counts = site.client.get_cluster_team_counts().send().await.expect("counts");
    let teams: Vec<String> = counts.counts.expect("counts").into_keys().collect();
    let share = async |body: ClusterSharingUpdateRequest| {
        site.client.update_cluster_sharing(&cluster, body).send().await
    };
    let shared = share(ClusterSharingUpdateRequest::new().team_ids(teams.clone())).await;

    assert_eq!(shared.expect("a cluster").team_ids, Some(teams.clone()));
    let both = ClusterSharingUpdateRequest::new().team_ids(teams.clone()).organization_shared(true);
    let both = share(both).await.expect_err("a refusal");
    assert_eq!(refusal(both), refused(400, "requiredField"));

    site.client.delete_team(&teams[0]).send().await.expect("nothing");
    let left = site.client.get_cluster(&cluster).send().await.expect("a cluster");
    assert_eq!(left.team_ids, Some(teams[1..].to_vec()));

    let gone = share(ClusterSharingUpdateRequest::new().team_ids(teams)).await;
    assert_eq!(refusal(gone.expect_err("a refusal")), refused(404, "recordNotFound"));

    let all = share(ClusterSharingUpdateRequest::new().organization_shared(true)).await;
    assert_eq!(all.expect("a cluster").organization_shared, Some(true));
}

#[tokio::test]
async fn a_note_on_a_cluster_comes_and_goes() {
    let site = Site::new(Farm::new()).await;
    let cluster = site.cluster().await;

    let update = async |body: ClusterNoteUpdateRequest| {
        let cluster = site.client.update_cluster_note(&cluster, body).send().await;
        cluster.expect("a cluster").note.map(|note| note.note)
    };
    let note = ClusterNoteUpdateRequest::new().note(ClusterNote::new("Leiser, bitte"));
    assert_eq!(update(note).await.as_deref(), Some("Leiser, bitte"));
    assert_eq!(update(ClusterNoteUpdateRequest::new()).await, None);
}

#[tokio::test]
async fn who_sees_which_clusters() {
    let site = Site::new(Farm::new()).await;
    let clusters = site.clusters().await;
    let asked = ClusterIdsRequest::new().cluster_ids([&clusters[2], &"X".repeat(44)]);
    let known = site.client.check_cluster_access(asked).send().await.expect("ids");

    assert_eq!(known.cluster_ids, Some(vec![clusters[2].clone()]));
    let owner = site.client.get_cluster(&clusters[0]).send().await.expect("a cluster");
    let (user, organization) = (owner.user_id.expect("a user"), owner.organization_id);
    let request = site.client.get_user_clusters(&user).organization_ids(organization);
    assert_eq!(request.send().await.expect("clusters").len(), 3);

    let nobody = site.client.get_user_clusters("nobody").send().await.expect("clusters");
    assert!(nobody.is_empty());
}

#[tokio::test]
async fn the_service_counts_its_time_and_brews_no_coffee() {
    let site = Site::new(Farm::with_size(0, 0).tick(Duration::ZERO)).await;
    site.farm.advance(HOUR);
    let uptime = site.client.get_uptime().send().await.expect("an uptime");

    assert_eq!((uptime.ok, uptime.uptime), (true, 3600.0));
    let coffee = site.client.brew_coffee().send().await.expect_err("a refusal");
    assert_eq!(refusal(coffee), refused(418, "iAmATeapot"));
}
