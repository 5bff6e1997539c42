using Amazon.CDK;
using Amazon.CDK.AWS.IAM;
using Constructs;

namespace WorkerFleet.Ecs;

/// <summary>What each kind of task may do: the policies of <c>deploy/iam</c>.</summary>
internal sealed class Roles : Construct
{
    public Roles(Construct scope, FleetSettings settings)
        : base(scope, "Roles")
    {
        var policies = new IamPolicies(settings, Stack.Of(this));
        Orchestrator = NewRole("Orchestrator", policies, "orchestrator", "queues", "invoker");
        Worker = NewRole("Worker", policies, "worker", "queues", "invoker", "ecs-task");
        Api = settings.Api ? NewRole("Api", policies, "submitter", "invoker") : null;
    }

    public Role Orchestrator { get; }

    public Role Worker { get; }

    /// <summary>Null without an API.</summary>
    public Role? Api { get; }

    private Role NewRole(string id, IamPolicies policies, params string[] files) => new(this, id, new RoleProps
    {
        AssumedBy = new ServicePrincipal("ecs-tasks.amazonaws.com"),
        InlinePolicies = files.ToDictionary(file => file, policies.Read),
    });
}
