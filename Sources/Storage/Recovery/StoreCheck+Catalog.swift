import Disk

extension StoreCheck {
    /// The catalog's bytes of a store that no process has open; empty where it has none yet.
    package static func catalogImage(
        _ directory: String, fileSystem: any FileSystem = PosixFileSystem(),
        options: StoreOptions = StoreOptions()
    ) throws -> [UInt8] {
        let paths = StorePaths(directory: directory, archive: options.archiveDirectory)
        let shop = SegmentShop(
            files: fileSystem, paths: paths, cache: ChunkCache(byteBudget: options.cacheBytes),
            rowsMax: SegmentWriter.rowsMax, threads: 1, nextFile: { 0 })
        return try RecoveredStore.read(paths, files: fileSystem, shop: shop)?.state.catalogImage
            ?? []
    }
}
