package dev.platter.driver;

/**
 * What a device told through its event queue (VIRTIO 1.3 §5.6.6.3).
 *
 * @param event one of the EVENT constants of {@link VirtioScsi}
 * @param missed whether events were lost before this one
 * @param target the target it is about
 * @param lun the logical unit it is about
 * @param reason what happened, by event
 */
public record ScsiEvent(int event, boolean missed, int target, int lun, int reason) {}
