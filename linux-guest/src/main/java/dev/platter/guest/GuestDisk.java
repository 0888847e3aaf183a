package dev.platter.guest;

import java.io.IOException;

/**
 * A SCSI disk as the guest's Linux sees it. It is known by its address, for the order in which sda,
 * sdb… are given out changes from boot to boot; the address stays the same over reboots.
 */
public final class GuestDisk {
    private final LinuxGuest guest;
    private final String address;
    private final String serial;

    GuestDisk(LinuxGuest guest, String address, String serial) {
        this.guest = guest;
        this.address = address;
        this.serial = serial;
    }

    /** Host, channel, target and LUN: {@code 0:0:3:1}. */
    public String address() {
        return address;
    }

    /** The number of the SCSI controller, in the order of the guest's PCI bus. */
    public int host() {
        return part(0);
    }

    /** The SCSI target (virtio-scsi §5.6.6.1, second byte of the address). */
    public int target() {
        return part(2);
    }

    /** The logical unit number. */
    public int lun() {
        return part(3);
    }

    /** The unit serial number of VPD page 80h, without padding; empty when the disk has none. */
    public String serial() {
        return serial;
    }

    /** The block device in this boot: {@code /dev/sda}. */
    public String device() throws IOException {
        return "/dev/" + guest.output("ls /sys/bus/scsi/devices/" + address + "/block");
    }

    /** The SCSI generic device in this boot: {@code /dev/sg0}. */
    public String genericDevice() throws IOException {
        return "/dev/" + guest.output("ls /sys/bus/scsi/devices/" + address + "/scsi_generic");
    }

    /** What Linux believes of the cache, from the disk's mode page 08h as it was read last. */
    public CacheType cacheType() throws IOException {
        return CacheType.ofWords(guest.output("cat " + cacheTypeFile()));
    }

    /**
     * Makes Linux switch the disk's cache by MODE SELECT and read the mode page again.
     *
     * @throws GuestException when the disk refuses
     */
    public void setCacheType(CacheType type) throws IOException {
        guest.output("echo '" + type.words() + "' > " + cacheTypeFile());
    }

    private String cacheTypeFile() {
        return "/sys/class/scsi_disk/" + address + "/cache_type";
    }

    private int part(int index) {
        return Integer.parseInt(address.split(":", -1)[index]);
    }

    @Override
    public String toString() {
        return serial.isEmpty() ? address : address + " (" + serial + ")";
    }
}
