//! Settings, maintenance, sharing and notes.

use std::time::Duration;

use connect_api::models::{
    ClusterIdsRequest, ClusterNote, ClusterNoteUpdateRequest, ClusterSharingUpdateRequest,
    MaintenanceTaskCode, OrganizationSettings, PrinterMaintenanceTaskRequest,
};
use connect_stand_in::farm::Farm;

use super::{HOUR, TestFarm, api_error, status_and_code};

#[tokio::test]
async fn update_settings_keeps_omitted_settings() {
    let farm = TestFarm::new(Farm::new()).await;
    let update = async |settings: OrganizationSettings| {
        let settings = farm.client.update_settings(settings).send().await.expect("settings");
        (settings.enable_print_prep, settings.require_print_approval)
    };

    let updated = update(OrganizationSettings::new().enable_print_prep(true)).await;
    assert_eq!(updated, (Some(true), Some(false)));

    let updated = update(OrganizationSettings::new().require_print_approval(true)).await;
    assert_eq!(updated, (Some(true), Some(true)));

    let read = farm.client.get_settings().send().await.expect("settings");
    assert_eq!((read.enable_print_prep, read.require_print_approval), updated);
}

#[tokio::test]
async fn completed_maintenance_is_due_again_after_its_interval() {
    let farm = TestFarm::new(Farm::new()).await;
    let cluster = farm.cluster().await;
    let due_task = async || {
        let pending = farm.client.get_pending_maintenance(&cluster).send().await.expect("tasks");
        let details = farm.client.get_cluster(&cluster).send().await.expect("a cluster");
        assert_eq!(details.maintenance_due, Some(pending[0].is_due));
        (pending[0].is_due, pending[0].due_date.expect("a date"))
    };

    let (is_due, before) = due_task().await;
    assert!(is_due && before < farm.stand_in.now());

    let task = MaintenanceTaskCode::SlineCleanPrinter;
    let body = PrinterMaintenanceTaskRequest::new().task_codes([task.clone()]);
    farm.client.add_completed_maintenance(&cluster, body).send().await.expect("success");

    let completed_at = farm.stand_in.now();
    let (is_due, next) = due_task().await;
    assert!(!is_due && next == completed_at + HOUR * 24 * 90);

    let log = farm.client.get_completed_maintenance(&cluster).limit(5).send().await;
    let log = log.expect("a page").items;
    assert_eq!((log.len(), log[0].completed_at), (1, completed_at));
    assert_eq!(log[0].task_codes, Some(vec![task]));

    farm.stand_in.advance(HOUR * 24 * 90);
    assert!(due_task().await.0);

    let other = PrinterMaintenanceTaskRequest::new().task_codes(["um3_clean_printer".into()]);
    let unknown = farm.client.add_completed_maintenance(&cluster, other).send().await;
    assert_eq!(status_and_code(unknown.expect_err("an error")), api_error(404, "recordNotFound"));
}

#[tokio::test]
async fn cluster_is_shared_with_teams_or_workspace() {
    let farm = TestFarm::new(Farm::new()).await;
    let cluster = farm.cluster().await;
    let counts = farm.client.get_cluster_team_counts().send().await.expect("counts");
    let teams: Vec<String> = counts.counts.expect("counts").into_keys().collect();
    let share = async |body: ClusterSharingUpdateRequest| {
        farm.client.update_cluster_sharing(&cluster, body).send().await
    };

    let shared = share(ClusterSharingUpdateRequest::new().team_ids(teams.clone())).await;
    assert_eq!(shared.expect("a cluster").team_ids, Some(teams.clone()));

    let both = ClusterSharingUpdateRequest::new().team_ids(teams.clone()).organization_shared(true);
    let both = share(both).await.expect_err("an error");
    assert_eq!(status_and_code(both), api_error(400, "requiredField"));

    farm.client.delete_team(&teams[0]).send().await.expect("success");
    let remaining = farm.client.get_cluster(&cluster).send().await.expect("a cluster");
    assert_eq!(remaining.team_ids, Some(teams[1..].to_vec()));

    let deleted = share(ClusterSharingUpdateRequest::new().team_ids(teams)).await;
    assert_eq!(status_and_code(deleted.expect_err("an error")), api_error(404, "recordNotFound"));

    let all = share(ClusterSharingUpdateRequest::new().organization_shared(true)).await;
    assert_eq!(all.expect("a cluster").organization_shared, Some(true));
}

#[tokio::test]
async fn note_on_cluster_is_saved_and_removed() {
    let farm = TestFarm::new(Farm::new()).await;
    let cluster = farm.cluster().await;
    let update = async |body: ClusterNoteUpdateRequest| {
        let cluster = farm.client.update_cluster_note(&cluster, body).send().await;
        cluster.expect("a cluster").note.map(|note| note.note)
    };

    let note = ClusterNoteUpdateRequest::new().note(ClusterNote::new("Leiser, bitte"));
    assert_eq!(update(note).await.as_deref(), Some("Leiser, bitte"));
    assert_eq!(update(ClusterNoteUpdateRequest::new()).await, None);
}

#[tokio::test]
async fn cluster_access_and_user_clusters_are_filtered() {
    let farm = TestFarm::new(Farm::new()).await;
    let clusters = farm.clusters().await;

    let request = ClusterIdsRequest::new().cluster_ids([&clusters[2], &"X".repeat(44)]);
    let accessible = farm.client.check_cluster_access(request).send().await.expect("ids");
    assert_eq!(accessible.cluster_ids, Some(vec![clusters[2].clone()]));

    let cluster = farm.client.get_cluster(&clusters[0]).send().await.expect("a cluster");
    let (user, organization) = (cluster.user_id.expect("a user"), cluster.organization_id);
    let request = farm.client.get_user_clusters(&user).organization_ids(organization);
    assert_eq!(request.send().await.expect("clusters").len(), 3);

    let unknown_user = farm.client.get_user_clusters("unknown").send().await.expect("clusters");
    assert!(unknown_user.is_empty());
}

#[tokio::test]
async fn uptime_counts_the_farm_time_and_coffee_is_418() {
    let farm = TestFarm::new(Farm::with_size(0, 0).tick(Duration::ZERO)).await;
    farm.stand_in.advance(HOUR);
    let uptime = farm.client.get_uptime().send().await.expect("an uptime");
    assert_eq!((uptime.ok, uptime.uptime), (true, 3600.0));

    let coffee = farm.client.brew_coffee().send().await.expect_err("an error");
    assert_eq!(status_and_code(coffee), api_error(418, "iAmATeapot"));
}
