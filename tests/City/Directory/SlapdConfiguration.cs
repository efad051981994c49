using System.Text;

namespace VdiBroker.City.Directory;

/// <summary>Writes slapd.conf.</summary>
internal static class SlapdConfiguration
{
    private const string Indexes = """
        index objectClass eq
        index uid,cn,sn,mail eq,sub
        index uidNumber,gidNumber,memberUid,member,uniqueMember,entryUUID eq
        """;

    public static string Text(SlapdPlan plan, string adminHash)
    {
        var (folder, suffix) = (plan.Folder, plan.People.Suffix);
        var schemas = plan.Further.SelectMany(further => further.Schemas).Distinct();
        var text = new StringBuilder($"""
            {Modules(plan.MemberOf || plan.Further.Any(further => further.MemberOfClass is not null), schemas)}
            pidfile {folder}/run/slapd.pid
            argsfile {folder}/run/slapd.args
            threads 8
            {(plan.SizeLimit is { } limit ? $"sizelimit {limit}" : "sizelimit unlimited")}
            TLSCACertificateFile {folder}/tls/ca.crt
            TLSCertificateFile {folder}/tls/server.crt
            TLSCertificateKeyFile {folder}/tls/server.key
            TLSProtocolMin 3.3
            TLSVerifyClient {(plan.DemandClientCertificate ? "demand" : "never")}
            security simple_bind=128

            {Database(suffix, adminHash, $"{folder}/data")}
            {(plan.MemberOf ? "index memberOf eq" : "")}
            {Access(suffix)}
            {(plan.MemberOf ? MemberOf("groupOfNames") : "")}
            overlay ppolicy
            ppolicy_default cn=default,ou=policies,{suffix}
            ppolicy_hash_cleartext
            ppolicy_use_lockout


            """);
        foreach (var (further, index) in plan.Further.Select((further, index) => (further, index)))
        {
            text.Append($"""
                {Database(further.Suffix, adminHash, FurtherFolder(plan, index))}
                {(further.MemberOfClass is null ? "" : "index memberOf eq")}
                access to attrs=userPassword
                  by self =xw
                  by anonymous auth
                  by * none
                access to *
                  by {Service("broker", suffix)} read
                  by self read
                  by * none
                {(further.MemberOfClass is { } group ? MemberOf(group) : "")}


                """);
        }
        return text.ToString();
    }

    /// <summary>A configuration for slapadd alone: one suffix, every index.</summary>
    public static string ForLoading(SlapdSuffix suffix, string data) => $"""
        {Modules(suffix.MemberOfClass is not null, suffix.Schemas)}
        tool-threads 2

        {Database(suffix.Suffix, "{SSHA}none", data)}
        {(suffix.MemberOfClass is null ? "" : "index memberOf eq")}

        """;

    /// <summary>Where the data of a further suffix are.</summary>
    public static string FurtherFolder(SlapdPlan plan, int index) => plan.Further[index].LoadedFolder ?? Path.Combine(plan.Folder, "data", $"further-{index}");

    private static string Service(string cn, string suffix) => $"dn.exact=\"cn={cn},ou=services,{suffix}\"";

    private static string Modules(bool memberOf, IEnumerable<string> schemas) => string.Join('\n',
    [
        .. ((string[])["core", "cosine", "nis", "inetorgperson"]).Select(schema => $"include /etc/ldap/schema/{schema}.schema"),
        .. schemas.Select(schema => $"include {schema}"),
        "modulepath /usr/lib/ldap",
        "moduleload back_mdb",
        "moduleload ppolicy",
        .. memberOf ? (string[])["moduleload memberof"] : [],
    ]);

    private static string Database(string suffix, string adminHash, string data) => $"""
        database mdb
        suffix "{suffix}"
        rootdn "cn=admin,{suffix}"
        rootpw {adminHash}
        directory {data}
        maxsize 17179869184
        dbnosync
        {Indexes}
        """;

    private static string MemberOf(string group) => $"""
        overlay memberof
        memberof-group-oc {group}
        memberof-member-ad member
        memberof-memberof-ad memberOf
        memberof-refint TRUE
        """;

    private static string Access(string suffix) => $"""
        limits {Service("nslcd", suffix)} size=unlimited
        access to attrs=userPassword
          by self =xw
          by anonymous auth
          by * none
        access to dn.base="{suffix}" attrs=entry
          by {Service("broker", suffix)} read
          by {Service("nslcd", suffix)} read
          by * none
        access to dn.subtree="ou=people,{suffix}" attrs=entry,objectClass,uid,cn,uidNumber,gidNumber,homeDirectory,loginShell,gecos
          by {Service("broker", suffix)} read
          by {Service("nslcd", suffix)} read
          by self read
          by * none
        access to dn.subtree="ou=people,{suffix}"
          by {Service("broker", suffix)} read
          by self read
          by * none
        access to dn.subtree="ou=groups,{suffix}"
          by {Service("broker", suffix)} read
          by * none
        access to dn.subtree="ou=unix,{suffix}"
          by {Service("nslcd", suffix)} read
          by * none
        access to * by * none
        """;
}
