#pragma warning disable CA1416 // the city runs on Linux
using VdiBroker.City.Processes;

namespace VdiBroker.City.Directory;

/// <summary>Lays out a directory server's folder: configuration, certificates, loaded database, secrets of the service accounts.</summary>
internal static class SlapdFiles
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static async Task LayOutAsync(SlapdPlan plan, string adminPassword, CancellationToken cancel)
    {
        if (Environment.IsPrivilegedProcess) ServerFolder.OpenTheWay(plan.Folder, "openldap");
        foreach (var folder in (string[])["data", "run", "tls", "secrets"])
            System.IO.Directory.CreateDirectory(Path.Combine(plan.Folder, folder));
        File.Copy(plan.Tls.CaFile, Path.Combine(plan.Folder, "tls", "ca.crt"), overwrite: true);
        File.Copy(plan.Tls.CertificateFile, Path.Combine(plan.Folder, "tls", "server.crt"), overwrite: true);
        File.Copy(plan.Tls.KeyFile, Path.Combine(plan.Folder, "tls", "server.key"), overwrite: true);
        var services = new[] { (Cn: "broker", Password: Townspeople.NewPassword()), (Cn: "nslcd", Password: Townspeople.NewPassword()) };
        foreach (var (cn, password) in services) ServerFolder.WriteSecret(Path.Combine(plan.Folder, "secrets", cn), password);
        await File.WriteAllTextAsync(Path.Combine(plan.Folder, "slapd.conf"), Configuration(plan, TownspeopleLdif.Ssha(adminPassword)), cancel);
        var ldif = Path.Combine(plan.Folder, "run", "people.ldif");
        await using (var to = new StreamWriter(ldif)) TownspeopleLdif.Write(plan.People, services, to);
        await RunAsync(plan, "slapadd", "/usr/sbin/slapadd", ["-q", "-f", Path.Combine(plan.Folder, "slapd.conf"), "-l", ldif], cancel);
        File.Delete(ldif);
        if (Environment.IsPrivilegedProcess) await GiveAwayAsync(plan, cancel);
    }

    private static string Configuration(SlapdPlan plan, string adminHash)
    {
        var (folder, suffix) = (plan.Folder, plan.People.Suffix);
        string Service(string cn) => $"dn.exact=\"cn={cn},ou=services,{suffix}\"";
        return $"""
            include /etc/ldap/schema/core.schema
            include /etc/ldap/schema/cosine.schema
            include /etc/ldap/schema/nis.schema
            include /etc/ldap/schema/inetorgperson.schema
            modulepath /usr/lib/ldap
            moduleload back_mdb
            moduleload ppolicy
            moduleload memberof
            pidfile {folder}/run/slapd.pid
            argsfile {folder}/run/slapd.args
            threads 8
            sizelimit size.soft=500 size.hard=2000 size.prtotal=unlimited
            TLSCACertificateFile {folder}/tls/ca.crt
            TLSCertificateFile {folder}/tls/server.crt
            TLSCertificateKeyFile {folder}/tls/server.key
            TLSProtocolMin 3.3
            TLSVerifyClient never
            security simple_bind=128

            database mdb
            suffix {suffix}
            rootdn cn=admin,{suffix}
            rootpw {adminHash}
            directory {folder}/data
            maxsize 1073741824
            dbnosync
            index objectClass eq
            index uid,cn,sn,mail eq,sub
            index uidNumber,gidNumber,memberUid,member,uniqueMember,memberOf,entryUUID eq
            limits {Service("nslcd")} size=unlimited
            access to attrs=userPassword
              by self =xw
              by anonymous auth
              by * none
            access to dn.base="{suffix}" attrs=entry
              by {Service("broker")} read
              by {Service("nslcd")} read
              by * none
            access to dn.subtree="ou=people,{suffix}" attrs=entry,objectClass,uid,cn,uidNumber,gidNumber,homeDirectory,loginShell,gecos
              by {Service("broker")} read
              by {Service("nslcd")} read
              by self read
              by * none
            access to dn.subtree="ou=people,{suffix}"
              by {Service("broker")} read
              by self read
              by * none
            access to dn.subtree="ou=groups,{suffix}"
              by {Service("broker")} read
              by * none
            access to dn.subtree="ou=unix,{suffix}"
              by {Service("nslcd")} read
              by * none
            access to * by * none
            overlay memberof
            memberof-group-oc groupOfNames
            memberof-member-ad member
            memberof-memberof-ad memberOf
            memberof-refint TRUE
            overlay ppolicy
            ppolicy_default cn=default,ou=policies,{suffix}
            ppolicy_hash_cleartext
            ppolicy_use_lockout

            """;
    }

    // slapd runs as openldap: what it reads is its own. Secrets stay with the city.
    private static async Task GiveAwayAsync(SlapdPlan plan, CancellationToken cancel)
    {
        var own = ((string[])["data", "run", "tls", "slapd.conf"]).Select(name => Path.Combine(plan.Folder, name));
        await RunAsync(plan, "chown", "chown", ["-R", "openldap:openldap", .. own], cancel);
        File.SetUnixFileMode(Path.Combine(plan.Folder, "slapd.conf"), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private static async Task RunAsync(SlapdPlan plan, string name, string program, string[] arguments, CancellationToken cancel)
    {
        await using var tool = ServerProcess.Start(name, Path.Combine(plan.Folder, "tools.log"), program, arguments);
        await tool.ExitedAsync(Patience, cancel);
        if (tool.ExitCode != 0) throw new InvalidOperationException($"{name} ended with status {tool.ExitCode}.\n{tool.LogTail()}");
    }
}
